"""The day's account: used + reserved never above the limit, a settlement never above its reservation, no second ration by a clock."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from contract.facts import Stop
from contract.leases import Kind
from edge.domain.quota import Open, Quota, QuotaExceeded
from tests.properties.amount import machine

LIMIT = 1000
PEOPLE = ("p-an", "p-bo")
KINDS = tuple(Kind)
DAYS = ("2026-03-01", "2026-03-02", "2026-03-03", "2026-03-04")
AMOUNTS = st.integers(-5, LIMIT + 50)


class QuotaMachine(RuleBasedStateMachine):
    """`open` and `taken` are what a ledger would hold: every reservation with its day, every settlement."""

    def __init__(self) -> None:
        super().__init__()
        self.quota, self.numbered = Quota(DAYS[1]), 0
        self.open: dict[str, Open] = {}
        self.taken: list[tuple[Open, int]] = []

    @rule(person=st.sampled_from(PEOPLE), kind=st.sampled_from(KINDS), amount=AMOUNTS)
    def reserve(self, person: str, kind: Kind, amount: int) -> None:
        self.numbered += 1
        entry = Open(f"0000000a-{self.numbered}", person, kind, "cold", self.quota.day, amount)
        left = self.quota.left(person, kind, LIMIT)
        try:
            record = self.quota.reserve(entry, LIMIT)
        except QuotaExceeded as refused:
            assert refused.left == left and not 0 < amount <= left
            assert self.quota.left(person, kind, LIMIT) == left, "a refusal changed something"
            return
        assert 0 < record.amount == amount <= left
        self.open[entry.session] = entry

    @rule(data=st.data(), taken=AMOUNTS)
    def settle(self, data: st.DataObject, taken: int) -> None:
        if self.open:
            entry = self.open.pop(data.draw(st.sampled_from(sorted(self.open))))
            record = self.quota.settle(entry.session, taken, Stop.REACHED)
            assert 0 <= record.amount <= entry.amount and record.amount == min(max(taken, 0), entry.amount)
            self.taken.append((entry, record.amount))

    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        if self.open:
            entry = self.open.pop(data.draw(st.sampled_from(sorted(self.open))))
            before = self.quota.left(entry.person, entry.kind, LIMIT)
            self.quota.cancel(entry.session)
            back = entry.amount if entry.day == self.quota.day else 0
            assert self.quota.left(entry.person, entry.kind, LIMIT) == before + back

    @rule(day=st.sampled_from(DAYS))
    def turn(self, day: str) -> None:
        before = self.quota.day
        left = {(p, k): self.quota.left(p, k, LIMIT) for p in PEOPLE for k in KINDS}
        self.quota.turn(day)
        assert self.quota.day == max(before, day)
        if day <= before:
            assert left == {(p, k): self.quota.left(p, k, LIMIT) for p in PEOPLE for k in KINDS}, "a clock earned a ration"
        else:
            assert all(self.quota.left(p, k, LIMIT) == LIMIT for p in PEOPLE for k in KINDS)

    @rule()
    def restart(self) -> None:
        """The ledger's rows of the current day, as at a start; open ones stay open."""
        day = self.quota.day
        used: dict[tuple[str, Kind], int] = {}
        for entry, amount in self.taken:
            if entry.day == day:
                used[entry.person, entry.kind] = used.get((entry.person, entry.kind), 0) + amount
        self.quota = Quota(day)
        self.quota.restore(used, list(self.open.values()))

    @rule(lower=st.integers(0, LIMIT))
    def the_limit_was_lowered(self, lower: int) -> None:
        assert all(0 <= self.quota.left(p, k, lower) <= lower for p in PEOPLE for k in KINDS)

    @invariant()
    def used_and_reserved_stay_within_the_limit(self) -> None:
        for person in PEOPLE:
            for kind in KINDS:
                key = (person, kind, self.quota.day)
                reserved = sum(e.amount for e in self.open.values() if (e.person, e.kind, e.day) == key)
                used = sum(amount for e, amount in self.taken if (e.person, e.kind, e.day) == key)
                assert used + reserved <= LIMIT
                assert self.quota.left(person, kind, LIMIT) == LIMIT - used - reserved

    @invariant()
    def what_is_open_is_known(self) -> None:
        assert {e.session for e in self.quota.open_sessions()} == set(self.open)


TestQuota = QuotaMachine.TestCase
TestQuota.settings = machine()
