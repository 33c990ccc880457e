"""An amenity: on only under a run that is on record, never beyond its lease, each run ended once, and off when a fault wants it."""

from __future__ import annotations

from itertools import count
from math import inf

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from contract.amenity import AmenityConfig, AmenityEnded, AmenityStarted
from contract.facts import FaultCode, Stop
from edge.domain.amenity import Amenity
from edge.domain.faults import Faults
from edge.domain.messages import Effects, SetOutput
from edge.domain.records import DropRun, StoreRun
from tests.properties.amount import machine

MAX_S, COOL_S = 120.0, 60.0


class AmenityMachine(RuleBasedStateMachine):
    """`relay` is what the board drives; `lease_end` when the hard timer would take it back."""

    def __init__(self) -> None:
        super().__init__()
        self.now, self.relay, self.lease_end = 1000.0, False, inf
        self.recorded: set[str] = set()
        self.ended: set[str] = set()
        self.begun_at: float | None = None

    @initialize(mode=st.sampled_from(["on_request", "while_occupied"]), at_rest=st.booleans(), sensor=st.booleans())
    def fit(self, mode: str, at_rest: bool, sensor: bool) -> None:
        """One of each kind."""
        document = {"name": "one", "relay_pin": 16, "mode": mode, "runs_at_rest": at_rest, "max_s": MAX_S, "cool_down_s": COOL_S, "rated_w": 900}
        self.config = AmenityConfig.model_validate(document | ({"adc_channel": 4} if sensor else {}))
        numbers = count(1)
        self.faults = Faults()
        self.amenity = Amenity(self.config, self.faults, lambda: f"0000000a-{next(numbers)}")

    @rule(stored=st.sampled_from([True, True, True, False]), person=st.sampled_from(["p-an", None]))
    def ask(self, stored: bool, person: str | None) -> None:
        if self.amenity.run or self.now < self.amenity.rests_until:
            return
        effects = self.amenity.begin(person, self.now)
        [started] = [fact for fact in effects.facts if isinstance(fact, AmenityStarted)]
        assert [record.run for record in effects.records if isinstance(record, StoreRun)] == [started.run]
        if stored:
            self.amenity.recorded()
            self.recorded.add(started.run)
            self.begun_at = self.now
            self.take(effects)
        else:
            self.take(Effects([action for action in effects.actions if isinstance(action, SetOutput) and not action.on]))
            self.take(self.amenity.revoke())
            assert self.amenity.run is None

    @rule(why=st.sampled_from([Stop.PERSON, Stop.ROOM_EMPTY, Stop.FAULT]))
    def stop(self, why: Stop) -> None:
        ran = self.amenity.run is not None
        self.take(self.amenity.stop(why, self.now))
        assert self.amenity.run is None
        if ran and not self.config.runs_at_rest:
            assert not self.relay

    @rule()
    def fault(self) -> None:
        self.take(self.amenity.let_go(self.now))
        assert not self.relay and self.amenity.run is None

    @rule()
    def rest(self) -> None:
        self.take(self.amenity.rest(self.now))

    @rule(amps=st.sampled_from([0.0, 0.05, 4.0, -1.0]))
    def read(self, amps: float) -> None:
        if self.config.adc_channel is not None:
            self.take(self.amenity.current(amps, self.now))

    @rule(seconds=st.sampled_from([0.5, 1.0, 5.0, 30.0, 59.0, 61.0]))
    def wait(self, seconds: float) -> None:
        """As the loop does: at each deadline, then at the end."""
        until = self.now + seconds
        while self.amenity.deadline() < until:
            self.now = max(self.now, self.amenity.deadline())
            self.take(self.amenity.tick(self.now))
        self.now = until
        self.take(self.amenity.tick(self.now))

    @invariant()
    def the_relay_is_on_for_a_reason(self) -> None:
        if not self.relay:
            return
        assert (self.amenity.run is None) if self.config.runs_at_rest else (self.amenity.run is not None and self.amenity.run.run in self.recorded)

    @invariant()
    def no_lease_runs_out(self) -> None:
        assert not self.relay or self.now <= self.lease_end

    def take(self, effects: Effects) -> None:
        """Carry out, and look at what is told."""
        for action in effects.actions:
            assert isinstance(action, SetOutput) and action.output == "amenity.one"
            self.relay, self.lease_end = action.on, self.now + MAX_S if action.on else inf
        for fact in effects.facts:
            if isinstance(fact, AmenityEnded):
                self.end(fact, effects)

    def end(self, fact: AmenityEnded, effects: Effects) -> None:
        """Once for each run on record, with sums that can be."""
        assert fact.run in self.recorded and fact.run not in self.ended
        assert DropRun(fact.run) in effects.records
        self.ended.add(fact.run)
        assert self.begun_at is not None and fact.lasted_s == pytest.approx(self.now - self.begun_at, abs=0.1)
        assert fact.energy_wh is not None and 0 <= fact.energy_wh <= max(900, 4 * 230) * (fact.lasted_s or 0) / 3600 + 1
        assert (self.now < self.amenity.rests_until) == (self.now - self.begun_at > 10)

    def teardown(self) -> None:
        """Something that draws while it is off was told, and nothing else."""
        if hasattr(self, "faults"):
            assert {code for code, _ in self.faults.standing()} <= {FaultCode.AMENITY_STUCK}


TestAmenity = AmenityMachine.TestCase
TestAmenity.settings = machine()
