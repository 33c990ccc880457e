"""The locker against a ledger that may refuse, agents that die and clocks that are set: no slot opens without a loan on disk, none stays open."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from math import inf

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from contract.config import check
from contract.facts import FaultCode
from contract.lending import BankFound, BankMissing, LoanCancelled, LoanEnded, LoanStarted
from edge.domain.clock import WallClock
from edge.domain.lending import GRACE_S, Lending
from edge.domain.loans import CloseLoan, KeepLoan, Loan, OpenLoan
from edge.domain.messages import Effects, SetOutput, WallClockRead
from edge.domain.slots import SETTLE_S
from tests.properties.amount import machine
from tests.properties.indoors import PEOPLE, Surrounded

CONFIG = check({
    "station": "st-1", "name": "Station 1",
    "lending": {"slots": [{"name": str(n), "lock_pin": 18 + n, "present_pin": 23 + n} for n in range(3)], "unlock_s": 10, "loan_h": 1, "stuck_tries": 2},
})  # fmt: skip
UNLOCK_S, LONGEST_S = 10.0, 3600.0
SLOTS = ("0", "1", "2")
START = datetime(2026, 3, 2, tzinfo=UTC)


class LendingMachine(RuleBasedStateMachine):
    """`banks`: what really lies in each slot; `stored`: what is on disk; `on`: locks that are released, since when."""

    def __init__(self) -> None:
        super().__init__()
        self.now, self.boots = 1000.0, 0
        self.banks = {"0": True, "1": True, "2": False}
        self.stored: dict[str, Loan] = {}
        self.on: dict[str, float] = {}
        self.told: set[str] = set()
        self.boot()

    # ---- what happens

    def boot(self) -> None:
        self.boots += 1
        self.on.clear()
        self.clock = WallClock(0)
        self.around = Surrounded(CONFIG, list(self.stored.values()), self.clock, f"{self.boots:08x}")
        self.machine = Lending(self.around.indoors)
        for name, bank in self.banks.items():
            self.machine.contact(name, bank, self.now)
        if self.boots == 1:
            self.wait(1.0)

    @rule(settles=st.booleans())
    def kill(self, settles: bool) -> None:
        self.boot()
        self.wait(1.0 if settles else 0.0)

    @rule(person=st.sampled_from((*PEOPLE, *PEOPLE, None)), stored=st.sampled_from([True, True, True, False]))
    def borrow(self, person: str | None, stored: bool) -> None:
        if person:
            self.around.enter(person, self.now)
        self.take_in(self.machine.lend(self.now), stored)

    @rule(known=st.sampled_from([True, True, False]), stored=st.sampled_from([True, True, True, False]))
    def bring(self, known: bool, stored: bool) -> None:
        if known and self.machine.book.taken():
            self.around.enter(self.machine.book.taken()[0].person, self.now)
        self.take_in(self.machine.give_back(self.now), stored)

    @rule(person=st.sampled_from(PEOPLE), takes=st.booleans(), seconds=st.sampled_from([0.0, 0.1, 0.3]))
    def die_in_the_middle(self, person: str, takes: bool, seconds: float) -> None:
        """The agent dies while a slot is open; what was in the hand by then is out."""
        self.borrow(person, True)
        for slot in list(self.on) if takes else []:
            self.move(slot, 0)
        self.wait(seconds)
        self.kill(True)

    @rule(person=st.sampled_from(PEOPLE), minutes=st.sampled_from([0, 5, 50, 70]))
    def borrow_and_bring(self, person: str, minutes: int) -> None:
        """As it should be."""
        self.borrow(person, True)
        self.use()
        self.wait(60.0 * minutes)
        self.around.enter(person, self.now)
        self.bring(False, True)
        self.use()

    @rule()
    def use(self) -> None:
        """As most people do: at once, and the flap pushed shut."""
        for slot in list(self.on):
            self.move(slot, 0)
            self.wait(0.3)

    @rule(slot=st.sampled_from(SLOTS), bounces=st.integers(0, 3))
    def move(self, slot: str, bounces: int) -> None:
        """Somebody takes what lies in an open slot, or puts one in."""
        if slot not in self.on:
            return
        self.banks[slot] = not self.banks[slot]
        for _ in range(bounces):
            self.machine.contact(slot, not self.banks[slot], self.now)
        self.machine.contact(slot, self.banks[slot], self.now)

    @rule(seconds=st.sampled_from([0.0, 0.1, 0.3, 3.0, 13.0, 600.0, 4000.0]))
    def wait(self, seconds: float) -> None:
        until = self.now + seconds
        while self.machine.deadline() <= until:
            self.now = max(self.now, self.machine.deadline())
            self.take_in(self.machine.tick(self.now))
        self.now = until
        self.take_in(self.machine.tick(self.now))

    @rule(hours=st.integers(-3, 3), trusted=st.booleans())
    def read_clock(self, hours: int, trusted: bool) -> None:
        self.clock.read(WallClockRead(START + timedelta(seconds=self.now) + timedelta(hours=hours), trusted), self.now)
        self.take_in(self.machine.tick(self.now))

    @rule()
    def leave(self) -> None:
        visit = self.around.visits.current
        if visit:
            self.take_in(self.machine.end(visit.person, self.now))
            self.around.visits.goodbye(self.now)

    @rule(stands=st.booleans())
    def fire(self, stands: bool) -> None:
        self.around.faults.set(stands, FaultCode.FIRE, "", "", self.now)
        self.take_in(self.machine.tick(self.now))
        assert not (stands and self.on)

    @precondition(lambda self: any(self.faulty()))
    @rule()
    def mend(self) -> None:
        for slot in self.faulty():
            self.around.faults.clear(FaultCode.SLOT_STUCK, slot, self.now)

    @rule(slot=st.sampled_from(SLOTS))
    def hard_timer(self, slot: str) -> None:
        self.take_in(self.machine.lease_ended(slot, self.now))

    # ---- what must hold

    def faulty(self) -> list[str]:
        return [part for fault, part in self.around.faults.standing() if fault is FaultCode.SLOT_STUCK]

    def take_in(self, effects: Effects, stored: bool = True) -> None:
        """Off, remember, on, as the station does."""
        for action in effects.actions:
            if isinstance(action, SetOutput) and not action.on:
                self.on.pop(action.output.removeprefix("slot."), None)
        if not stored and (effects.actions or effects.records):
            revoked = self.machine.revoke()
            assert not any(isinstance(a, SetOutput) and a.on for a in revoked.actions)
            return
        for record in effects.records:
            if isinstance(record, OpenLoan | KeepLoan):
                self.stored[record.loan.number] = record.loan
            if isinstance(record, CloseLoan):
                del self.stored[record.number]
        for fact in effects.facts:
            self.heard(fact)
        self.machine.recorded()
        for action in effects.actions:
            if isinstance(action, SetOutput) and action.on:
                self.on[action.output.removeprefix("slot.")] = self.now

    def heard(self, fact: object) -> None:
        if isinstance(fact, LoanStarted | LoanCancelled):
            assert fact.loan not in self.told, "each loan begins or is cancelled once"
            self.told.add(fact.loan)
        if isinstance(fact, LoanEnded):
            assert fact.loan in self.told and fact.loan not in self.stored and fact.lasted_s >= 0
        assert not isinstance(fact, BankFound), "everything that came back was asked for, here"
        assert not (isinstance(fact, BankMissing) and self.boots == 1), "nothing was forced"

    @invariant()
    def what_is_known_is_stored(self) -> None:
        known = {loan.number: loan for loan in [*self.machine.book.taken(), *self.machine.book.pending()]}
        assert known == self.stored
        people = [loan.person for loan in known.values()]
        assert len(set(people)) == len(people), "one loan a person"

    @invariant()
    def a_released_slot_has_a_loan_on_disk_or_takes_one_back(self) -> None:
        assert len(self.on) <= 1
        for slot, since in self.on.items():
            release = self.machine.release
            assert release and release.slot == slot and release.on and self.now < since + UNLOCK_S
            assert release.loan is None or release.loan.number in self.stored
        assert self.machine.deadline() > self.now - 1e-6 or self.machine.deadline() == -inf

    @invariant()
    def a_bank_that_is_out_is_lent(self) -> None:
        """Once contacts came to rest and nothing is open."""
        moving = any(slot.settles_at() < inf or slot.present is None for slot in self.machine.slots.values())
        if not moving and self.machine.release is None and not self.machine.book.pending():
            assert 2 - sum(self.banks.values()) == len(self.machine.book.taken())

    @invariant()
    def overdue_is_told(self) -> None:
        due = {part for fault, part in self.around.faults.standing() if fault is FaultCode.BANK_OVERDUE}
        if self.now == self.ticked_at():
            assert due == {slot for slot in SLOTS if self.machine.book.overdue_from(slot, self.now)}

    def ticked_at(self) -> float:
        """Only right after a tick."""
        return self.now if self.machine.book.deadline() > self.now else -inf


TestLending = LendingMachine.TestCase
TestLending.settings = machine()


def test_times_add_up() -> None:
    """A slot is locked long before what happened in it is decided, and contacts rest long before that."""
    assert SETTLE_S < GRACE_S < UNLOCK_S < LONGEST_S
