"""The fridge against hands, warmth and power cuts: released only under a recorded opening, settled once, never charged above what went,

never given out when it was warm for two hours in all, whatever is killed in between.
"""

from __future__ import annotations

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from contract.facts import FaultCode
from contract.fridge import BottlesReserved, BottlesTaken, FridgeRefused
from contract.leases import Kind
from edge.domain.fridge_cabinet import CabinetState
from edge.domain.messages import SetOutput
from edge.domain.room_messages import FridgeAsked
from edge.domain.safe_state import FRIDGE_LOCK
from tests.properties.amount import machine
from tests.properties.fridge_parts import CONFIG, DAY, PER_DAY, WHO, Bench

SHELVES = st.sampled_from([shelf.name for shelf in CONFIG.shelves])
UNIT = {shelf.name: shelf.unit_g for shelf in CONFIG.shelves}
WARM_SLACK_S = 30.0
"""Readings come each 20 s while long times pass."""


class FridgeMachine(RuleBasedStateMachine):
    """`went`: pieces taken since the last settled opening; `warm_s`: how long the warmest probe was above 8 degrees, or none answered."""

    def __init__(self) -> None:
        super().__init__()
        self.bench = Bench()
        self.pieces = {"top": 6, "low": 6}
        self.went = 0
        self.warm_s = 0.0
        self.wavered_s = 0.0
        self.doubt = False
        self.reserved: dict[str, int] = {}
        self.settled: set[str] = set()
        self.seen = 0
        self.hours = 0

    @initialize()
    def stocked(self) -> None:
        for shelf in self.pieces:
            effects = self.bench.fridge.restocked("p-steward", shelf, 6, "L1", "2026-12-31", self.bench.now)
            assert effects
            self.bench.take(effects)
        self._wait(5)

    # ---- what happens

    @rule(stored=st.sampled_from([True, True, True, False]))
    def ask(self, stored: bool) -> None:
        bench, blocked = self.bench, self._blocked()
        before = bench.quota.left(WHO, Kind.BOTTLES, PER_DAY)
        effects = bench.fridge.handle(FridgeAsked(), bench.now)
        granted = bool(effects.actions)
        assert granted == any(isinstance(fact, BottlesReserved) for fact in effects.facts)
        assert granted != any(isinstance(fact, FridgeRefused) for fact in effects.facts)
        if granted and not stored:
            assert bench.fridge.revoke().actions == [SetOutput(FRIDGE_LOCK, False)]
            assert bench.quota.left(WHO, Kind.BOTTLES, PER_DAY) == before and bench.locked
            return
        assert not (granted and blocked) and not (granted and before < 1)
        bench.take(effects)
        if granted:
            self.went, self.doubt = 0, False
        self._look()

    @rule(count=st.integers(1, 4), shelf=SHELVES, seconds=st.sampled_from([0.3, 3.0, 50.0, 310.0]))
    def serve_oneself(self, count: int, shelf: str, seconds: float) -> None:
        if not self.bench.open():
            return
        self._wait(min(seconds, 3))
        self._hand(count, shelf)
        self._wait(seconds)
        self.bench.closed = True
        self._wait(5)

    @rule(count=st.integers(1, 3), shelf=SHELVES)
    def force(self, count: int, shelf: str) -> None:
        self.bench.closed = False
        self._wait(2)
        self._hand(count, shelf)
        self._wait(1)

    @rule()
    def pull(self) -> None:
        self.bench.open()
        self._wait(1)

    @rule()
    def shut(self) -> None:
        self.bench.closed = True
        self._wait(5)

    @rule()
    def shut_and_settled(self) -> None:
        self.bench.closed = True
        self._wait(25)
        assert self.bench.fridge.cabinet.state is CabinetState.IDLE or not self.bench.locked

    @rule(shelf=SHELVES, lost=st.booleans())
    def scale(self, shelf: str, lost: bool) -> None:
        self.bench.grams[shelf] = None if lost else self.pieces[shelf] * UNIT[shelf]
        self.doubt = self.doubt or lost
        self._wait(1)

    @rule(upper=st.sampled_from([4.5, 5.0, 9.0, None]), lower=st.sampled_from([4.0, 5.0, 8.5, None]))
    def temperature(self, upper: float | None, lower: float | None) -> None:
        self.bench.celsius = {"upper": upper, "lower": lower}
        self._look()
        self.wavered_s += WARM_SLACK_S

    @rule(minutes=st.sampled_from([1, 5, 16, 45]))
    def long(self, minutes: int) -> None:
        self._wait(minutes * 60, 20.0)
        self._wait(5)

    @rule(off_s=st.sampled_from([1.0, 60.0, 1800.0]), trusted=st.booleans())
    def power_cut(self, off_s: float, trusted: bool) -> None:
        """The cabinet stays as warm as it was; what was open stays open."""
        if self._warm():
            self.warm_s += off_s
        self.wavered_s += 700.0
        self.bench.boot(trusted, off_s)
        self.doubt = self.doubt or None in self.bench.grams.values()
        self._look()
        self.bench.trust(True)
        self._look()

    @rule()
    def go(self) -> None:
        self.bench.take(self.bench.fridge.end(WHO, self.bench.now))
        self._look()

    @rule(count=st.integers(0, 6), shelf=SHELVES)
    def steward_opens(self, count: int, shelf: str) -> None:
        """Nothing of it is counted or charged to anybody."""
        bench, told = self.bench, len(self.bench.of(BottlesTaken))
        effects = bench.fridge.service("p-steward", bench.now)
        if effects is None:
            return
        bench.take(effects)
        assert bench.open()
        self._wait(1)
        self._hand(count, shelf)
        bench.closed = True
        self._wait(25)
        assert len(bench.of(BottlesTaken)) == told
        self.went = 0

    @rule()
    def steward_releases(self) -> None:
        effects = self.bench.fridge.release("p-steward", "looked at it", self.bench.now)
        assert (effects is None) == self._warm() or self.bench.fridge.cold.celsius is None
        if effects:
            self.bench.take(effects)
            self.warm_s = self.wavered_s = 0.0
            assert not self.bench.faults.stands(FaultCode.FRIDGE_BLOCKED)

    # ---- what must hold

    def _hand(self, count: int, shelf: str) -> None:
        count = min(count, self.pieces[shelf])
        self.pieces[shelf] -= count
        self.went += count
        if self.bench.grams[shelf] is not None:
            self.bench.grams[shelf] = self.pieces[shelf] * UNIT[shelf]

    def _warm(self) -> bool:
        known = [celsius for celsius in self.bench.celsius.values() if celsius is not None]
        return not known or max(known) > CONFIG.warm_c

    def _blocked(self) -> bool:
        return any(self.bench.faults.stands(fault) for fault in (FaultCode.FRIDGE_BLOCKED,)) or None in self.bench.grams.values()

    def _wait(self, seconds: float, every_s: float = 0.5) -> None:
        if self._warm():
            self.warm_s += seconds
        self.bench.wait(seconds, every_s)
        self._read()

    def _look(self) -> None:
        self.bench.look()
        self._read()

    def _read(self) -> None:
        for fact in self.bench.facts[self.seen :]:
            if isinstance(fact, BottlesReserved):
                self.reserved[fact.take] = fact.reserved
            if isinstance(fact, BottlesTaken):
                self._told(fact)
        self.seen = len(self.bench.facts)

    def _told(self, fact: BottlesTaken) -> None:
        assert fact.count == sum(one.count for one in fact.taken)
        assert fact.charged <= fact.count <= self.went
        if not self.doubt and fact.certain and fact.take:
            assert fact.count == self.went
        self.went, self.doubt = 0, None in self.bench.grams.values()
        if fact.take is None:
            assert fact.charged == 0
            return
        assert fact.take not in self.settled and fact.charged == min(fact.count, self.reserved[fact.take])
        self.settled.add(fact.take)

    @invariant()
    def a_released_lock_has_a_recorded_opening(self) -> None:
        fridge, bench = self.bench.fridge, self.bench
        assert bench.locked == (fridge.cabinet.state is not CabinetState.RELEASED)
        if not bench.locked:
            assert fridge.cabinet.opening and fridge.cabinet.opening.entry
            assert fridge.cabinet.opening.entry.session in bench.kept.open
            assert bench.now < fridge.cabinet.opening.since + CONFIG.unlock_s
            assert not bench.faults.stands(FaultCode.FRIDGE_BLOCKED)

    @invariant()
    def every_reservation_is_settled_once_or_open(self) -> None:
        assert set(self.bench.kept.open) == set(self.reserved) - self.settled
        assert len(self.bench.kept.open) <= 1
        assert 0 <= self.bench.kept.used <= PER_DAY
        assert self.bench.quota.day == DAY

    @invariant()
    def two_hours_warm_are_never_forgotten(self) -> None:
        stands = self.bench.faults.stands(FaultCode.FRIDGE_BLOCKED)
        if self.warm_s > CONFIG.block_s + self.wavered_s:
            assert stands or self.bench.fridge.cold.blocks(self.bench.now)
        if self.warm_s + self.wavered_s < CONFIG.block_s and not stands:
            assert self.bench.fridge.cold.warm_s <= self.warm_s + self.wavered_s

    @invariant()
    def the_next_deadline_lies_ahead(self) -> None:
        assert self.bench.fridge.deadline() > self.bench.now


TestFridge = pytest.mark.slow(FridgeMachine.TestCase)
TestFridge.settings = machine(15, 30)
