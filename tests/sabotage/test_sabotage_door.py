"""The rules about fire, detectors and the door, taken out one by one: the same check must then fail."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from contract.facts import FaultCode
from edge.domain.access import Access
from edge.domain.detectors import Contact
from edge.domain.door import Door
from edge.domain.entry import Entry
from edge.domain.fault_rules import RULES
from edge.domain.faults import BLOCKS, CUTS, Service
from edge.domain.fire import Fire
from edge.domain.hours import Hours
from edge.domain.messages import Action, Effects, SetOutput
from edge.domain.safe_state import LOCK
from edge.domain.welfare import Welfare
from tests import fire_runs
from tests.scenarios import test_door_more, test_fire, test_welfare
from tests.scenarios.conftest import Build
from tests.scenarios.people import enrol
from twin.station import TwinStation

Saw = pytest.MonkeyPatch
MANY = 300
"""Random sequences in which a missing rule must be found."""


def relocks_in_a_fire(saw: Saw) -> None:
    """The deadline of an entry goes on through the alarm, and what would secure the strike does. Either rule alone is enough."""
    hold = Door.hold_free

    def hold_free(self: Door, now: float) -> Effects:
        relock_at = self._relock_at
        effects = hold(self, now)
        self._relock_at = relock_at
        return effects

    saw.setattr(Door, "hold_free", hold_free)
    saw.setattr(Door, "_off", lambda self: [SetOutput(LOCK, False)])


def asked_for_once(saw: Saw) -> None:
    """The strike is released, and its lease is not renewed, nor taken again when it ran out."""
    saw.setattr("edge.domain.door.RENEW_S", float("inf"))
    saw.setattr(Door, "lease_over", lambda self: None)


def released_after_the_record(saw: Saw) -> None:
    def offs(actions: list[Action]) -> list[Action]:
        return [a for a in actions if isinstance(a, SetOutput) and not a.on]

    saw.setattr("edge.station.at_once", offs)
    saw.setattr("edge.domain.order.at_once", offs)


def over_when_the_input_says_so(saw: Saw) -> None:
    """No reset: the door locks when the alarm ends."""
    saw.setattr(Fire, "holds", Fire.active)


def reset_in_the_fire(saw: Saw) -> None:
    saw.setattr(Fire, "active", property(lambda self: self._faults.stands(FaultCode.FIRE) and self._over_at == float("inf")))
    reset = Fire.reset

    def anyway(self: Fire, now: float) -> Effects:
        effects = self._faults.clear(FaultCode.FIRE, "", now)
        effects.add(reset(self, now))
        return effects

    saw.setattr(Fire, "reset", anyway)


def alarms_are_forgotten(saw: Saw) -> None:
    for code in (FaultCode.FIRE, FaultCode.FIRE_RESET_DUE, FaultCode.SMOKE):
        saw.setitem(RULES, code, type(RULES[code])(**{**vars(RULES[code]), "kept": False}))


def fire_blocks_nothing(saw: Saw) -> None:
    saw.setitem(BLOCKS, FaultCode.FIRE, frozenset())


def exits_are_break_ins(saw: Saw) -> None:
    saw.setattr("edge.domain.door.EXIT_COUNTS_S", -1.0)


def always_open(saw: Saw) -> None:
    saw.setattr(Hours, "refuses", lambda self, person, now: None)


def never_full(saw: Saw) -> None:
    blocked = Entry._blocked
    saw.setattr(Entry, "_blocked", lambda self, person=None: blocked(self, person) if self._faults.blocks(Service.ENTRY) else None)


def twice_is_no_news(saw: Saw) -> None:
    saw.setattr(Entry, "_came_again", lambda self, *_: None)


def duress_is_only_a_pin(saw: Saw) -> None:
    saw.setattr(Access, "take_duress", lambda self: None)


def duress_shows(saw: Saw) -> None:
    rule = RULES[FaultCode.DURESS]
    saw.setitem(RULES, FaultCode.DURESS, type(rule)(**{**vars(rule), "secret": False}))


def buttons_never_stick(saw: Saw) -> None:
    saw.setattr("edge.domain.door.EXIT_STUCK_S", float("inf"))


def detectors_are_deaf(saw: Saw) -> None:
    saw.setattr(Contact, "edge", lambda self, on, now: None)


def smoke_is_only_told(saw: Saw) -> None:
    saw.setattr("edge.domain.faults.CUTS", CUTS - {FaultCode.SMOKE})


def nobody_is_missed(saw: Saw) -> None:
    saw.setattr(Welfare, "_ask_at", lambda self: float("inf"))


def two_duress_stations(bench: TwinStation) -> None:
    """A second station beside it, for the first PIN."""
    test_door_more.with_duress(bench)
    other = enrol(TwinStation(bench.folder / "other", bench.config))
    try:
        test_door_more.check_a_duress_code_looks_like_the_pin(bench, test_door_more.with_duress(other))
    finally:
        other.close()


def duress(bench: TwinStation) -> None:
    test_door_more.check_a_duress_code_opens_and_calls(test_door_more.with_duress(bench))


def closed_by_day(bench: TwinStation) -> None:
    """`bench` has hours of the night, and it is noon."""
    bench.after(6)
    test_door_more.check_nobody_is_let_in_out_of_hours(bench)


@dataclass(frozen=True)
class Twin:
    """As in test_sabotage.py."""

    without: Callable[[Saw], None]
    check: Callable[[TwinStation], None]
    sections: dict[str, object] = field(default_factory=dict)


FIRE, BOX = test_fire.FIRE, test_door_more.DETECTORS
NIGHTLY: dict[str, object] = {"access": {"hours": [{"from_hour": 20, "to_hour": 6}]}}
TWINS = [
    Twin(asked_for_once, test_fire.check_fire_frees_the_door_at_once, FIRE),
    Twin(released_after_the_record, test_fire.check_fire_needs_no_disk, FIRE),
    Twin(over_when_the_input_says_so, test_fire.check_the_door_waits_for_a_reset, FIRE),
    Twin(alarms_are_forgotten, test_fire.check_a_restart_forgets_no_fire, FIRE),
    Twin(fire_blocks_nothing, test_fire.check_nobody_is_let_in_and_nothing_runs, FIRE),
    Twin(always_open, closed_by_day, NIGHTLY),
    Twin(never_full, test_door_more.check_a_full_room_refuses_and_lets_leave, {"access": {"most_inside": 1}}),
    Twin(twice_is_no_news, test_door_more.check_who_comes_in_twice_is_told),
    Twin(duress_is_only_a_pin, duress),
    Twin(duress_shows, two_duress_stations),
    Twin(buttons_never_stick, test_door_more.check_a_stuck_button_is_told),
    Twin(detectors_are_deaf, test_door_more.check_an_open_box_is_told, BOX),
    Twin(detectors_are_deaf, test_door_more.check_smoke_cuts_power_and_waits_for_a_person, BOX),
    Twin(smoke_is_only_told, test_door_more.check_smoke_cuts_power_and_waits_for_a_person, BOX),
    Twin(alarms_are_forgotten, test_door_more.check_smoke_cuts_power_and_waits_for_a_person, BOX),
    Twin(nobody_is_missed, test_welfare.check_who_lies_still_is_asked_and_then_told, test_welfare.WELFARE),
]


def name(twin: Twin) -> str:
    return f"{twin.without.__name__}-{twin.check.__name__.removeprefix('check_')}"


@pytest.mark.parametrize("twin", TWINS, ids=name)
def test_without_its_rule_the_check_turns_red(build: Build, monkeypatch: Saw, tmp_path: Path, twin: Twin) -> None:
    (tmp_path / "other").mkdir()
    with monkeypatch.context() as saw:
        twin.without(saw)
        bench = build(**twin.sections)
        with pytest.raises(AssertionError):
            twin.check(bench)


OWN = [twin for twin in TWINS if twin.check.__module__ == __name__]


@pytest.mark.parametrize("twin", OWN, ids=name)
def test_with_its_rule_the_check_is_green(build: Build, tmp_path: Path, twin: Twin) -> None:
    (tmp_path / "other").mkdir()
    twin.check(build(**twin.sections))


SEQUENCES = [
    relocks_in_a_fire, asked_for_once, released_after_the_record, over_when_the_input_says_so, reset_in_the_fire,
    exits_are_break_ins,
]  # fmt: skip


@pytest.mark.parametrize("without", SEQUENCES, ids=lambda one: one.__name__)
def test_random_sequences_find_a_missing_rule(monkeypatch: Saw, without: Callable[[Saw], None]) -> None:
    with monkeypatch.context() as saw:
        without(saw)
        with pytest.raises(fire_runs.Broken):
            for seed in range(MANY):
                fire_runs.run(seed)
