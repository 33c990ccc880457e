"""All taps of a room behind one master valve: whatever comes in whatever order, water runs only for somebody, under a record, within the caps.

The station's own order is kept: off at once, then the record (which may fail), then on.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import repeat

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from contract.facts import FaultCode, FlushStarted, WaterPoured, WaterReserved
from contract.leases import Kind
from contract.roster import Entitlement, Person, Roster
from contract.water import WaterFlushed
from edge.domain.core import Core
from edge.domain.faults import Service
from edge.domain.messages import Effects, SetOutput
from edge.domain.restored import Restored
from edge.domain.room_messages import DrinkAsked, DrinkStopped, HotUnlockAsked, LineChanged, PulsesCounted, RoomInput
from edge.domain.safe_state import MASTER, valve
from edge.domain.water import TapState
from tests.properties.amount import machine
from twin.station import SALT, layout

COLD, HOT = "cold", "hot"
LIMIT = 2500
PEOPLE = ("p-an", "p-bo")
SECTIONS: dict[str, object] = {
    "sockets": [],
    "taps": [
        {"name": COLD, "valve_pin": 23, "flow_pin": 24, "max_ml": 800, "max_s": 30},
        {"name": HOT, "valve_pin": 20, "flow_pin": 21, "max_ml": 500, "max_s": 20, "hot": True},
    ],
    "water": {"master_pin": 16, "floor_pin": 5, "drip_pin": 6, "flush_ml": 200, "flush_after_h": 1, "filter_l": 60, "test_days": 30},
}
STOPS_ALL = (FaultCode.LEAK, FaultCode.OVERRUN, FaultCode.LEAK_FLOOR, FaultCode.GUARD_LOST)


class TapsMachine(RuleBasedStateMachine):
    """`on` are the outputs; `unlocked` the last deliberate step: tap, visit, when; `owed` reservations and flushes not ended."""

    def __init__(self) -> None:
        super().__init__()
        self.core = Core(layout(**SECTIONS), Restored("0000000a", 1, 0, "0000000b", 1, 0, "2026-03-02"), "0000000c", "0", "0" * 64, repeat(0))
        self.room, self.taps, self.visits, self.faults = self.core.room, self.core.room.water, self.core.entry.visits, self.core.faults
        rights = [Person(person=who, entitlement=Entitlement(water_ml_per_day=LIMIT)) for who in PEOPLE]
        self.core.entry.access.apply(Roster(version=1, salt=SALT, people=rights))
        self.now, self.visited = 1000.0, 0
        self.on: set[str] = set()
        self.totals = {COLD: 0, HOT: 0}
        self.since = {COLD: 0.0, HOT: 0.0}
        self.pulse_at = {COLD: 0.0, HOT: 0.0}
        self.unlocked: tuple[str, str | None, float] | None = None
        self.owed: dict[str, int] = {}
        self.charged = dict.fromkeys(PEOPLE, 0)

    # ---- what happens

    @rule(who=st.sampled_from(PEOPLE))
    def comes_in(self, who: str) -> None:
        self.visited += 1
        visit = f"0000000d-{self.visited}"

        def enter() -> Effects:
            effects = self.visits.begin(visit, who, self.now)
            self.visits.entered(self.now)
            return effects

        self._step(enter)

    @rule(says=st.booleans())
    def leaves(self, says: bool) -> None:
        if says:
            self.visits.goodbye(self.now)
        self._wait(0.1)
        self._step(lambda: self.visits.somebody_left(self.now, self.now))

    @rule(volume=st.sampled_from([100, 300, 500, 800, 801, 0, -5]), tap=st.sampled_from([COLD, HOT, "no"]), stored=st.sampled_from([True, True, True, False]))
    def ask(self, tap: str, volume: int, stored: bool) -> None:
        self._hear(DrinkAsked(tap, volume), stored)

    @rule(tap=st.sampled_from([COLD, HOT]))
    def unlock(self, tap: str) -> None:
        if self.visits.current:
            self.unlocked = (tap, self.visits.current.visit, self.now)
        self._hear(HotUnlockAsked(tap))

    @rule(tap=st.sampled_from([COLD, HOT]))
    def stop(self, tap: str) -> None:
        self._hear(DrinkStopped(tap))
        assert valve(tap) not in self.on

    @rule(tap=st.sampled_from([COLD, HOT]), count=st.integers(1, 40), times=st.integers(1, 12), every=st.sampled_from([0.0, 0.05, 0.4, 1.5]))
    def flow(self, tap: str, count: int, times: int, every: float) -> None:
        for _ in range(times):
            self._wait(every)
            self.totals[tap] += count
            self.pulse_at[tap] = self.now
            self._hear(PulsesCounted(tap, self.totals[tap]))

    @rule(line=st.sampled_from(["floor", "drip"]), on=st.booleans(), stands=st.sampled_from([0.2, 1.5]))
    def contact(self, line: str, on: bool, stands: float) -> None:
        self._hear(LineChanged(line, on))
        self._wait(stands)

    @rule(alive=st.booleans())
    def guard(self, alive: bool) -> None:
        self._step(lambda: self.faults.set(not alive, FaultCode.GUARD_LOST, "", "", self.now))

    @rule()
    def mends(self) -> None:
        for fault, part in self.faults.standing():
            self._step(lambda f=fault, p=part: self.faults.release(f, p, self.now) or Effects())  # type: ignore[misc]

    @rule(passed=st.sampled_from([True, False, None]))
    def steward_tests_or_changes_the_filter(self, passed: bool | None) -> None:
        taps = self.taps
        self._step(lambda: taps.filter_changed(self.now) if passed is None else taps.water_tested(self.now, None, passed))

    @rule(part=st.sampled_from([valve(COLD), valve(HOT), MASTER]))
    def hard_timer(self, part: str) -> None:
        self.on.discard(part)
        self._step(lambda: self.room.lease_ended(part, self.now))
        assert part not in self.on

    @rule(seconds=st.sampled_from([0.1, 0.9, 2.0, 5.0, 61.0, 301.0, 3700.0]))
    def waits(self, seconds: float) -> None:
        self._wait(seconds)

    # ---- the station around it

    def _wait(self, seconds: float) -> None:
        until, steps = self.now + seconds, 0
        while self.taps.deadline() <= until:
            steps += 1
            assert steps < 300, "the loop spins"
            self.now = max(self.now, self.taps.deadline())
            self._step(Effects)
        self.now = until
        self._step(Effects)

    def _hear(self, heard: RoomInput, stored: bool = True) -> None:
        self._step(lambda: self.room.handle(heard, self.now), stored)

    def _step(self, what: Callable[[], Effects], stored: bool = True) -> None:
        blocked = self.faults.blocks(Service.WATER)
        effects = what()
        effects.add(self.room.heard(effects, self.now))
        effects.add(self.taps.tick(self.now))
        self._drive([a for a in effects.actions if isinstance(a, SetOutput)], stored)
        if stored:
            self.room.recorded()
            self._told(effects, blocked)
        else:
            self._drive([a for a in self.room.revoke(self.now).actions if isinstance(a, SetOutput)], True)
            self._told(Effects(facts=[f for f in effects.facts if not isinstance(f, WaterReserved | FlushStarted)]), blocked)

    def _drive(self, actions: list[SetOutput], stored: bool) -> None:
        self.on -= {a.output for a in actions if not a.on}
        for n, action in enumerate(actions):
            if action.on and stored and SetOutput(action.output, False) not in actions[n:]:
                self.on.add(action.output)
                tap = action.output.removeprefix("valve.")
                if tap in self.since:
                    self.since[tap] = self.pulse_at[tap] = self.now

    def _told(self, effects: Effects, blocked: FaultCode | None) -> None:
        for fact in effects.facts:
            match fact:
                case WaterReserved():
                    assert not blocked and self.visits.current and self.visits.current.person == fact.person
                    self.owed[fact.pour] = fact.reserved_ml
                    if fact.tap == HOT:
                        assert self.unlocked and self.unlocked[:2] == (HOT, fact.visit) and self.now <= self.unlocked[2] + 10
                        self.unlocked = None
                case FlushStarted():
                    assert self.visits.inside() == 0 and fact.tap == COLD
                    assert (FaultCode.DRIP_TRAY_FULL, "") not in self.faults.standing()
                    self.owed[fact.flush] = fact.wanted_ml
                case WaterPoured():
                    assert fact.charged_ml <= self.owed.pop(fact.pour) == fact.reserved_ml
                    assert fact.poured_ml is not None and fact.charged_ml == min(fact.poured_ml, fact.reserved_ml)
                    self.charged[fact.person] += fact.charged_ml
                case WaterFlushed():
                    self.owed.pop(fact.flush)

    # ---- what must hold

    @invariant()
    def _an_open_valve_pours_what_is_on_record(self) -> None:
        for name, tap in self.taps.taps.items():
            assert (valve(name) in self.on) == (tap.state is TapState.POURING)
            if tap.pour:
                assert tap.pour.session in self.owed
                held = {e.session for e in self.core.quota.open_sessions()}
                assert (tap.pour.session in held) == (tap.pour.person is not None)

    @invariant()
    def _the_master_is_open_only_for_a_pour_and_for_every_pour(self) -> None:
        assert (MASTER in self.on) == self.taps.mains.open
        if MASTER in self.on:
            assert any(tap.pour for tap in self.taps.taps.values())
        assert MASTER in self.on or not self.on

    @invariant()
    def _nothing_is_open_while_water_is_cut(self) -> None:
        if any(fault in STOPS_ALL for fault, _ in self.faults.standing()):
            assert not self.on

    @invariant()
    def _both_caps_hold(self) -> None:
        for name, tap in self.taps.taps.items():
            if valve(name) in self.on and tap.pour:
                assert self.now < self.since[name] + tap.config.max_s
                assert self.now < self.pulse_at[name] + tap.config.no_flow_s
                assert tap.poured_ml() < min(tap.config.max_ml, tap.pour.target_ml)

    @invariant()
    def _nobody_draws_more_than_the_quota(self) -> None:
        for who in PEOPLE:
            held = sum(e.amount for e in self.core.quota.open_sessions() if e.person == who)
            left = self.room.rations.left(who, Kind.WATER_ML)
            assert left >= 0 and self.charged[who] + held + left == LIMIT

    @invariant()
    def _all_that_began_is_under_way(self) -> None:
        assert set(self.owed) == {tap.pour.session for tap in self.taps.taps.values() if tap.pour}


TestTaps = TapsMachine.TestCase
TestTaps.settings = machine(examples=12, steps=30)
