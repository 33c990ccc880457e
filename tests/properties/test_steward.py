"""Maintenance over the real core: only by a steward's PIN, for at most its time, only by who stands at the screen; every act is told as theirs."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import repeat

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from contract.config import StationConfig, check
from contract.facts import Fact, FaultCleared, FaultCode
from contract.roster import Person, Role, Roster
from contract.steward import MaintenanceEnded, MaintenanceStarted, StewardAct, StewardActed
from edge.domain import messages as m
from edge.domain import steward_messages as s
from edge.domain.core import Core
from edge.domain.fault_rules import RULES, Clears
from edge.domain.restored import Restored
from edge.domain.safe_state import valve
from tests.properties.amount import machine

CONFIG: StationConfig = check({
    "station": "st-1", "name": "Station 1", "taps": [{"name": "cold", "valve_pin": 23, "flow_pin": 24}],
    "access": {"tries_per_person": 20, "tries_per_station": 200, "passback_s": 0},
})  # fmt: skip
RIGHT = {"1001": "a" * 64, "1002": "b" * 64, "9001": "c" * 64}
WRONG = "f" * 64
PEOPLE = [
    Person(person="p-an", number="1001", code_digest=RIGHT["1001"]), Person(person="p-bo", number="1002", code_digest=RIGHT["1002"]),
    Person(person="p-wu", number="9001", code_digest=RIGHT["9001"], role=Role.STEWARD),
]  # fmt: skip
ROSTER = Roster(version=1, salt="5a" * 16, people=PEOPLE).model_dump_json().encode()
LONGEST_S, STEP_S = CONFIG.steward.longest_min * 60, 5.0
ASKS: list[s.StewardAsk] = [
    s.PartCleaned("room"), s.PartCleaned("moon"), s.ValveTestAsked("cold"), s.ValveTestAsked(""), s.FilterRenewed(), s.FilterRenewed("2026-02-30"),
    s.WaterJudged(True), s.DripEmptied(), s.FireResetAsked(), s.FridgeServiceAsked(), s.SlotServiceAsked("1"), s.ShelfCounted("top", 3, "L1", "2026-12-01"),
    *(s.ReleaseAsked(fault, part, why) for fault in (FaultCode.LEAK, FaultCode.NO_FLOW, FaultCode.DURESS) for part in ("cold", "") for why in ("mended", "")),
]  # fmt: skip


class Maintained(RuleBasedStateMachine):
    """`on` is what the facts say."""

    @initialize()
    def start(self) -> None:
        self.core = Core(CONFIG, Restored("0badcafe", 1, 0, "0badcafe", 1, 0, roster=ROSTER), "0000000a", "0", "0" * 64, repeat(0))
        self.now, self.typed_at = 0.0, 0.0
        self.on: dict[str, str] = {}
        self.pin = "wrong"
        self._step(self.core.start(self.now))
        self._hear(m.GuardChanged(True), m.ContactChanged(True))
        self._wait(1.0)

    @rule(who=st.sampled_from(["1001", "1002", "9001"]))
    def enters(self, who: str) -> None:
        self._hear(m.CodeDigested(who, RIGHT[who], m.CodeSource.SCREEN, self.now), m.ContactChanged(False))
        self._wait(1.0)
        self._hear(m.ContactChanged(True))
        self._wait(1.0)

    @rule(asked=st.one_of(st.sampled_from([m.LeaveAsked(), m.MoreTimeAsked(), s.MaintenanceStopped(), s.MaintenanceAsked()]), st.sampled_from(ASKS)))
    def touches(self, asked: m.Input) -> None:
        self._hear(asked)

    @rule(right=st.booleans())
    def types(self, right: bool) -> None:
        """The one at the screen, their own PIN or a wrong one."""
        self.pin = "right" if right else "wrong"
        self._hear(s.MaintenancePin("4711"))

    @rule(who=st.sampled_from(["1001", "9001", "9001"]), right=st.booleans())
    def comes_to_maintain(self, who: str, right: bool) -> None:
        self.enters(who)
        self._hear(s.MaintenanceAsked())
        self.types(right)

    @rule()
    def leaves(self) -> None:
        self._hear(m.ExitPressed(True), m.ContactChanged(False))
        self._wait(1.0)
        self._hear(m.ExitPressed(False), m.ContactChanged(True))
        self._wait(1.0)

    @rule(fault=st.sampled_from([FaultCode.LEAK, FaultCode.NO_FLOW, FaultCode.DURESS]))
    def breaks(self, fault: FaultCode) -> None:
        self._step(self.core.faults.raise_(fault, "" if fault is FaultCode.DURESS else "cold", "", self.now))

    @rule(seconds=st.sampled_from([0.5, 30.0, 61.0, 300.0, 1000.0]))
    def passes(self, seconds: float) -> None:
        self._wait(seconds)

    @precondition(lambda self: self.on)
    @rule()
    def stays(self) -> None:
        """Touches for longer than any PIN lasts."""
        for _ in range(int(LONGEST_S / 120) + 2):
            self._hear(m.MoreTimeAsked())
            self._wait(120.0)

    @invariant()
    def it_is_a_steward_for_its_time(self) -> None:
        if self.on:
            visit = self.core.entry.visits.current
            assert visit and visit.person == "p-wu" and self.now - self.typed_at <= LONGEST_S
        view = self.core.screen(self.now).steward
        assert (view is not None and view.until is not None) == bool(self.on)

    def _hear(self, *heard: m.Input) -> None:
        for each in heard:
            self._step(self.core.handle(each, self.now), each)
            self._step(self.core.tick(self.now))

    def _wait(self, seconds: float) -> None:
        until = self.now + seconds
        while self.now < until:
            due = min(self.core.room.deadline(), self.core.entry.deadline())
            self.now = min(until, due if due > self.now else self.now + STEP_S)
            self._step(self.core.tick(self.now))

    def _step(self, effects: m.Effects, heard: m.Input | None = None) -> None:
        for fact in effects.facts:
            self._fact(fact, effects.facts)
        if any(isinstance(action, m.SetOutput) and action.on and action.output == valve("cold") for action in effects.actions):
            assert isinstance(heard, s.ValveTestAsked) and self.on and not self.core.faults.stands(FaultCode.LEAK, "cold")
        self.core.recorded()
        for asked in self._digests(effects):
            digest = RIGHT[asked.number] if self.pin == "right" else WRONG
            self._step(self.core.handle(m.CodeDigested(asked.number, digest, asked.source, asked.typed_at), self.now))

    def _digests(self, effects: m.Effects) -> Iterator[m.DigestCode]:
        for action in effects.actions:
            if isinstance(action, m.DigestCode):
                assert action.source is m.CodeSource.MAINTENANCE and action.number == "9001"
                yield action

    def _fact(self, fact: Fact, beside: list[Fact]) -> None:
        match fact:
            case MaintenanceStarted(maintenance=number, person=person):
                assert person == "p-wu" and not self.on and self.pin == "right"
                self.on, self.typed_at = {number: person}, self.now
            case MaintenanceEnded(maintenance=number):
                assert self.on.pop(number) == "p-wu"
            case StewardActed(act=act, maintenance=number, person=person):
                assert person == "p-wu" and (number in self.on or act is StewardAct.TEST_VALVE)
            case FaultCleared(fault=fault) if RULES[fault].clears is Clears.PERSON:
                assert any(isinstance(other, StewardActed) and other.fault is fault and other.note for other in beside)


Maintained.TestCase.settings = machine(25, 30)
TestMaintained = pytest.mark.slow(Maintained.TestCase)
