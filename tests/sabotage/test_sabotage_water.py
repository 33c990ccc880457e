"""The rules about water, taken out one by one: the same check must then fail."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from contract.facts import FaultCode
from edge.domain.fault_rules import BLOCKS, CUTS
from edge.domain.hot_lock import HotLock
from edge.domain.mains import Contact, Mains
from edge.domain.messages import Effects
from edge.domain.metering import Recent
from edge.domain.taps import Taps
from edge.domain.visits import Visits
from edge.domain.water import Tap
from edge.domain.water_care import Care
from tests.sabotage.twins import Saw, Twin, name, nothing, turns_red
from tests.scenarios import test_water_care, test_water_safety
from tests.scenarios.conftest import Build
from tests.scenarios.people import AN
from tests.scenarios.test_water import COLD
from twin.station import TwinStation


def the_master_is_left_open(saw: Saw) -> None:
    saw.setattr(Mains, "shut", nothing)


def the_master_is_always_open(saw: Saw) -> None:
    saw.setattr("twin.basin.Basin.supplies", property(lambda self: True))


def a_valve_that_limps_is_believed(saw: Saw) -> None:
    saw.setattr(Tap, "_look_back", nothing)
    saw.setattr(Tap, "_watch_leak", nothing)


def leaks_behind_the_master_are_not_watched(saw: Saw) -> None:
    saw.setattr(Mains, "ran", nothing)


def leaks_beside_a_pour_are_not_watched(saw: Saw) -> None:
    saw.setattr(Tap, "_watch_leak", nothing)


def leaks_are_counted_by_whole_minutes(saw: Saw) -> None:
    """A window that tumbles."""

    def add(self: Recent, amount: float, now: float) -> float:
        minute = now // 60
        kept = self._steps[0][1] if self._steps and self._steps[0][0] == minute else 0.0
        self._steps.clear()
        self._steps.append((minute, kept + amount))
        return kept + amount

    saw.setattr(Recent, "add", add)


def the_floor_may_be_wet(saw: Saw) -> None:
    saw.setattr("edge.domain.faults.CUTS", CUTS - {FaultCode.LEAK_FLOOR})


def the_tray_may_run_over(saw: Saw) -> None:
    saw.setitem(BLOCKS, FaultCode.DRIP_TRAY_FULL, frozenset())


def contacts_are_deaf(saw: Saw) -> None:
    saw.setattr(Contact, "edge", lambda self, on, now: None)


def hot_water_is_not_locked(saw: Saw) -> None:
    saw.setattr(HotLock, "until", lambda self, tap, now: now)


def nothing_is_overdue(saw: Saw) -> None:
    saw.setattr(Care, "tick", nothing)


def what_ran_is_not_counted(saw: Saw) -> None:
    saw.setattr(Care, "drawn", nothing)


def any_clock_makes_a_day(saw: Saw) -> None:
    saw.setattr("edge.domain.clock.WallClock.day", lambda self, now: (self.at(now) + self._east).date().isoformat())


def a_flush_runs_over_feet(saw: Saw) -> None:
    saw.setattr(Visits, "inside", lambda self: 0)


def a_flush_of_hot_water(saw: Saw) -> None:
    def may(self: Taps, tap: Tap) -> bool:
        return not tap.pour and self._nobody() and self.mains.blocks(tap.config.name) is None

    saw.setattr(Taps, "_may_flush", may)


def never_flushed(saw: Saw) -> None:
    def flush(self: Taps, now: float) -> Effects:
        return Effects()

    saw.setattr(Taps, "_flush", flush)
    saw.setattr(Taps, "_may_flush", lambda self, tap: False)


def fitted(check: Callable[[TwinStation], None]) -> Callable[[TwinStation], None]:
    """With An inside, as the fixture there."""

    def run(bench: TwinStation) -> None:
        bench.let_in(AN)
        check(bench)

    run.__name__ = check.__name__
    return run


S, C = test_water_safety, test_water_care
HOT: dict[str, object] = {"sockets": [], "taps": [COLD, S.HOT]}
ONE_TAP: dict[str, object] = {"sockets": []}
TWINS = [
    Twin(the_master_is_left_open, fitted(S.check_the_master_is_open_only_while_something_pours), S.FITTED),
    Twin(the_master_is_always_open, fitted(S.check_the_master_stops_what_a_broken_valve_lets_through), S.FITTED),
    Twin(leaks_beside_a_pour_are_not_watched, fitted(S.check_the_master_stops_what_a_broken_valve_lets_through), S.FITTED),
    Twin(a_valve_that_limps_is_believed, fitted(S.check_an_overrun_shuts_the_master), S.FITTED),
    Twin(leaks_behind_the_master_are_not_watched, fitted(S.check_water_through_the_shut_master_takes_all_water), S.FITTED),
    Twin(leaks_are_counted_by_whole_minutes, S.check_a_slow_leak_does_not_slip_between_two_minutes, ONE_TAP),
    Twin(the_floor_may_be_wet, fitted(S.check_water_on_the_floor_shuts_everything), S.FITTED),
    Twin(contacts_are_deaf, fitted(S.check_water_on_the_floor_shuts_everything), S.FITTED),
    Twin(the_tray_may_run_over, fitted(S.check_a_full_tray_gives_no_more_water), S.FITTED),
    Twin(hot_water_is_not_locked, S.check_hot_water_wants_a_second_step, HOT),
    Twin(nothing_is_overdue, C.check_an_overdue_test_locks, C.WATCHED),
    Twin(nothing_is_overdue, C.check_an_old_filter_locks, C.OLD),
    Twin(what_ran_is_not_counted, C.check_a_used_up_filter_locks, C.USED_UP),
    Twin(any_clock_makes_a_day, C.check_no_untrusted_clock_locks, C.WATCHED),
    Twin(never_flushed, C.check_a_tap_that_stood_is_flushed_with_nobody_inside, C.FLUSHED),
    Twin(a_flush_of_hot_water, C.check_a_tap_that_stood_is_flushed_with_nobody_inside, C.FLUSHED),
    Twin(a_flush_runs_over_feet, C.check_no_flush_while_somebody_is_inside, C.FLUSHED),
    Twin(the_tray_may_run_over, C.check_a_full_tray_forbids_a_flush, C.FLUSHED),
]


@pytest.mark.parametrize("twin", TWINS, ids=name)
def test_without_its_rule_the_check_turns_red(build: Build, monkeypatch: Saw, twin: Twin) -> None:
    turns_red(build, monkeypatch, twin)


@pytest.mark.parametrize("twin", TWINS, ids=name)
def test_with_its_rule_the_check_is_green(build: Build, twin: Twin) -> None:
    twin.check(build(**twin.sections))
