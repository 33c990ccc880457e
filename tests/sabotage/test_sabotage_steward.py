"""The rules about stewards, taken out one by one: the same check must then fail."""

from __future__ import annotations

from collections.abc import Callable
from math import inf

import pytest

from contract.facts import FaultCode
from contract.roster import Person
from edge.domain import fault_rules
from edge.domain.fault_rules import Clears, Rule
from edge.domain.faults import BLOCKS
from edge.domain.fire import Fire
from edge.domain.maintenance import Maintenance, Mode
from edge.domain.messages import Effects
from tests.scenarios import test_steward, test_steward_acts
from tests.scenarios.conftest import Build
from tests.scenarios.stewards import WATER, maintains, with_wu
from twin.station import TwinStation

Saw = pytest.MonkeyPatch
Check = Callable[[TwinStation], None]


def a_visitor_is_a_steward(saw: Saw) -> None:
    def person(self: Maintenance) -> Person | None:
        visit = self._in.visits.current
        return self._entry.access.person(visit.person) if visit else None

    saw.setattr(Maintenance, "person", person)


def acts_need_no_pin(saw: Saw) -> None:
    saw.setattr(Maintenance, "open_to", lambda self, now: Mode("00000000-1", "p-an", now, inf))


def maintenance_never_ends(saw: Saw) -> None:
    saw.setattr(Maintenance, "_over", lambda self, now: None)
    saw.setattr(Maintenance, "ends_at", lambda self: inf)


def everything_can_be_released(saw: Saw) -> None:
    for fault, rule in fault_rules.RULES.items():
        saw.setitem(fault_rules.RULES, fault, Rule(rule.blocks, rule.cuts, Clears.PERSON, rule.kept))


def the_floor_is_believed_once(saw: Saw) -> None:
    saw.setattr("edge.domain.mains.Contact.tick", lambda self, now: setattr(self, "on", False))


def faults_do_not_bind_a_steward(saw: Saw) -> None:
    saw.setattr("edge.domain.steward_acts.BLOCKS", dict.fromkeys(BLOCKS, frozenset()))
    saw.setitem(BLOCKS, FaultCode.LEAK_FLOOR, frozenset())


def a_fire_can_be_reset(saw: Saw) -> None:
    def reset(self: Fire, now: float) -> Effects:
        effects = self._faults.clear(FaultCode.FIRE, "", now)
        effects.add(self._door.secure(now))
        return effects

    saw.setattr(Fire, "reset", reset)
    saw.setattr(Fire, "active", property(lambda self: False))


RULES: list[tuple[Check, list[Callable[[Saw], None]], dict[str, object], bool]] = [
    (test_steward.check_a_visitor_can_not, [a_visitor_is_a_steward, acts_need_no_pin], {}, False),
    (test_steward.check_maintenance_ends_by_itself, [maintenance_never_ends], {}, False),
    (test_steward.check_what_a_condition_clears_is_not_released, [everything_can_be_released], {}, False),
    (test_steward.check_what_is_still_wrong_latches_again, [the_floor_is_believed_once], WATER, True),
    (test_steward_acts.check_no_test_while_a_fault_keeps_the_valve_shut, [faults_do_not_bind_a_steward], WATER, True),
]
TWINS = [(check, sabotage, sections, maintained) for check, sabotages, sections, maintained in RULES for sabotage in sabotages]


def station(build: Build, sections: dict[str, object], maintained: bool) -> TwinStation:
    bench = with_wu(build(**sections))
    return maintains(bench) if maintained else bench


@pytest.mark.parametrize(("check", "sabotage", "sections", "maintained"), TWINS, ids=lambda value: getattr(value, "__name__", ""))
def test_without_the_rule_the_check_fails(
    build: Build, monkeypatch: Saw, check: Check, sabotage: Callable[[Saw], None], sections: dict[str, object], maintained: bool
) -> None:
    sabotage(monkeypatch)
    with pytest.raises(AssertionError):
        check(station(build, sections, maintained))


def test_a_fire_that_can_be_reset_is_noticed(build: Build, monkeypatch: Saw) -> None:
    a_fire_can_be_reset(monkeypatch)
    with pytest.raises(AssertionError):
        test_steward_acts.check_a_fire_is_not_reset_while_it_burns(build)
