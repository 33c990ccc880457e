"""Filter, water test, and water that stood: shown, locked when overdue on trusted time, flushed while nobody is inside."""

from __future__ import annotations

from datetime import timedelta

import pytest

from contract.facts import FaultCleared, FaultCode, FaultRaised, FlushStarted, Refusal, Stop, WaterPoured, WaterRefused
from contract.water import FilterChanged, WaterFlushed, WaterTested
from edge.domain.messages import Effects
from edge.domain.room_messages import DrinkAsked, PulsesCounted
from edge.domain.screen import WaterView
from tests.sabotage.checks import break_disk
from tests.scenarios.people import AN
from tests.scenarios.test_clock import EPOCH, set_wall
from tests.scenarios.test_water import COLD
from tests.scenarios.test_water_safety import HOT
from twin.clock import NOON, TwinClock
from twin.station import TwinStation

WATCHED: dict[str, object] = {"sockets": [], "water": {"filter_days": 180, "filter_l": 1000, "test_days": 30}}
FLUSHED: dict[str, object] = {
    "sockets": [], "taps": [COLD, HOT], "water": {"flush_ml": 200, "flush_after_h": 6, "drip_pin": 6, "master_pin": 16},
}  # fmt: skip
H = 3600.0


def water(bench: TwinStation) -> WaterView:
    assert bench.screen.water is not None
    return bench.screen.water


def acts(bench: TwinStation, effects: Effects) -> None:
    """A steward did something."""
    bench.assembly.station._finish(effects, bench.clock.monotonic())
    bench.after(0.3)


def changes_filter(bench: TwinStation) -> None:
    acts(bench, bench.assembly.core.room.water.filter_changed(bench.clock.monotonic()))


def tests_water(bench: TwinStation, passed: bool = True, day: str | None = None) -> None:
    acts(bench, bench.assembly.core.room.water.water_tested(bench.clock.monotonic(), day, passed))


def drinks(bench: TwinStation) -> bool:
    """Whether 200 ml were given."""
    before = len(bench.cloud.of(WaterPoured))
    bench.let_in(AN)
    bench.post(DrinkAsked("cold", 200))
    bench.after(9)
    return len(bench.cloud.of(WaterPoured)) > before


def stands(bench: TwinStation, hours: float) -> None:
    """Hours in which nothing happens: the loop sleeps through them, as it may."""
    bench.clock.move(hours * H)
    bench.after(1)


def later(bench: TwinStation, days: int) -> None:
    set_wall(bench, bench.clock.wall().at + timedelta(days=days))


# ---- filter and test


def test_a_new_station_is_not_locked_and_says_that_nothing_is_known(build) -> None:
    bench = build(**WATCHED)
    assert drinks(bench)
    assert not water(bench).filter_known and not water(bench).test_known and water(bench).tested_on == ""
    assert (water(bench).filter_days_left, water(bench).test_days_left) == (180, 30), "the first day that is known counts"


def check_an_overdue_test_locks(bench: TwinStation) -> None:
    assert drinks(bench)
    later(bench, 31)
    assert not drinks(bench)


def test_an_overdue_test_locks_until_a_steward_tells_a_new_one(build) -> None:
    bench = build(**WATCHED)
    check_an_overdue_test_locks(bench)
    assert bench.cloud.of(FaultRaised)[-1].fault is FaultCode.WATER_TEST_OVERDUE
    assert bench.cloud.of(WaterRefused)[-1].reason is Refusal.OUT_OF_ORDER
    tests_water(bench)
    assert bench.cloud.of(WaterTested)[-1].passed
    assert bench.cloud.of(FaultCleared)[-1].fault is FaultCode.WATER_TEST_OVERDUE
    assert (water(bench).test_known, water(bench).test_days_left) == (True, 30)
    assert drinks(bench)


def test_a_failed_test_locks_at_once_even_where_tests_are_not_watched(build) -> None:
    bench = build(sockets=[])
    tests_water(bench, passed=False)
    assert not drinks(bench)
    assert bench.cloud.of(FaultRaised)[-1].detail == "the last test failed"
    tests_water(bench)
    assert drinks(bench)


def check_an_old_filter_locks(bench: TwinStation) -> None:
    changes_filter(bench)
    later(bench, 180)
    assert drinks(bench), "its last day"
    later(bench, 1)
    assert not drinks(bench)


OLD: dict[str, object] = {"sockets": [], "water": {"filter_days": 180, "filter_l": 1000}}


def test_an_old_filter_locks_until_it_is_changed(build) -> None:
    bench = build(**OLD)
    check_an_old_filter_locks(bench)
    assert bench.cloud.of(FaultRaised)[-1].fault is FaultCode.FILTER_OVERDUE
    changes_filter(bench)
    fact = bench.cloud.of(FilterChanged)[-1]
    assert fact.before == NOON.date().isoformat() and 190 <= fact.drawn_ml <= 210
    assert drinks(bench)


def check_a_used_up_filter_locks(bench: TwinStation) -> None:
    """By volume, whatever the clock says. `bench`: 1 l."""
    assert all(drinks(bench) for _ in range(5))
    drinks(bench)
    assert not drinks(bench)


USED_UP: dict[str, object] = {"sockets": [], "water": {"filter_l": 1}}


@pytest.mark.slow
def test_a_used_up_filter_locks_on_a_clock_that_nobody_trusts(build) -> None:
    bench = build(clock=TwinClock(EPOCH, synchronised=False), **USED_UP)
    bench.after(21)  # facts wait so long for the time
    check_a_used_up_filter_locks(bench)
    bench.kill()
    bench.after(3)
    bench.boot()
    bench.after(1)
    assert not drinks(bench), "also after a restart"


def check_no_untrusted_clock_locks(bench: TwinStation) -> None:
    assert drinks(bench)
    set_wall(bench, NOON + timedelta(days=4000), synchronised=False)
    assert drinks(bench)


def test_no_untrusted_clock_locks(build) -> None:
    bench = build(**WATCHED)
    check_no_untrusted_clock_locks(bench)
    set_wall(bench, EPOCH, synchronised=False)
    assert drinks(bench)


def test_what_a_steward_told_outlives_a_restart(build) -> None:
    bench = build(**WATCHED)
    changes_filter(bench)
    tests_water(bench, day="2026-02-20")
    drinks(bench)
    before = water(bench)
    bench.kill()
    bench.after(3)
    bench.boot()
    assert water(bench) == before
    assert before.tested_on == "2026-02-20" and before.test_days_left == 20


def test_setting_the_clock_back_makes_no_filter_young(build) -> None:
    bench = build(**WATCHED)
    check_an_overdue_test_locks(bench)
    set_wall(bench, NOON)
    assert not drinks(bench)


# ---- water that stood


def check_a_tap_that_stood_is_flushed_with_nobody_inside(bench: TwinStation) -> None:
    stands(bench, 6)
    bench.after(20)
    assert [fact.tap for fact in bench.cloud.of(WaterFlushed)] == ["cold"], "and never hot water"


def test_a_tap_that_stood_is_flushed_with_nobody_inside(build) -> None:
    bench = build(**FLUSHED)
    check_a_tap_that_stood_is_flushed_with_nobody_inside(bench)
    flushed = bench.cloud.of(WaterFlushed)[0]
    assert abs(flushed.ml - 200) < 8 and flushed.stop is Stop.REACHED
    assert bench.cloud.of(WaterPoured) == [] and not bench.pins.room_side.level(16)
    assert bench.world.truth().taps["hot"].dispensed_ml == 0
    stands(bench, 5)
    bench.after(20)
    assert len(bench.cloud.of(WaterFlushed)) == 1
    stands(bench, 1.1)
    bench.after(20)
    assert len(bench.cloud.of(WaterFlushed)) == 2


def test_a_tap_that_is_used_is_not_flushed(build) -> None:
    bench = build(**FLUSHED)
    for _ in range(2):
        stands(bench, 4)
        assert drinks(bench)
        bench.walk_out()
    assert bench.cloud.of(FlushStarted) == []


def check_no_flush_while_somebody_is_inside(bench: TwinStation) -> None:
    stands(bench, 6 - 60 / H)
    bench.let_in(AN)
    bench.after(80)
    assert not bench.cloud.of(FlushStarted)


def test_no_flush_while_somebody_is_inside(build) -> None:
    bench = build(**FLUSHED)
    check_no_flush_while_somebody_is_inside(bench)
    bench.walk_out()
    bench.after(20)
    assert len(bench.cloud.of(WaterFlushed)) == 1


def test_a_flush_stops_when_somebody_comes_in(build) -> None:
    bench = build(**FLUSHED | {"water": {"flush_ml": 900, "flush_after_h": 6, "drain": True}})
    stands(bench, 6)
    bench.after(2)
    assert bench.world.truth().taps["cold"].powered
    bench.let_in(AN)
    bench.after(1)
    assert not bench.world.truth().taps["cold"].powered
    assert bench.cloud.of(WaterFlushed)[-1].stop is Stop.PERSON


def check_a_full_tray_forbids_a_flush(bench: TwinStation) -> None:
    bench.faults.plant("drip_tray_full")
    bench.after(2)
    stands(bench, 6)
    bench.after(20)
    assert not bench.cloud.of(FlushStarted)


def test_a_full_tray_forbids_a_flush(build) -> None:
    bench = build(**FLUSHED)
    check_a_full_tray_forbids_a_flush(bench)
    bench.faults.clear("drip_tray_full")
    bench.after(20)
    assert len(bench.cloud.of(WaterFlushed)) == 1


@pytest.mark.parametrize("fault", ["mains_water_off", "flow_meter_dead"])
def test_a_flush_without_flow_ends_and_waits_for_the_next_time(build, fault: str) -> None:
    bench = build(**FLUSHED)
    bench.faults.plant(fault)
    stands(bench, 6)
    bench.after(20)
    stands(bench, 1)
    assert [fact.stop for fact in bench.cloud.of(WaterFlushed)] == [Stop.NO_FLOW]
    assert bench.world.truth().taps["cold"].dispensed_ml < 80


def test_a_flush_that_can_not_be_recorded_does_not_run(build) -> None:
    bench = build(**FLUSHED)
    stands(bench, 6 - 30 / H)
    disk = break_disk(bench)
    bench.after(60)
    assert bench.world.truth().taps["cold"].dispensed_ml == 0
    disk.fails = False
    bench.after(30)
    assert len(bench.cloud.of(WaterFlushed)) == 1


def test_what_stood_over_days_of_darkness_is_flushed_after_the_start(build) -> None:
    bench = build(**FLUSHED)
    assert drinks(bench)
    bench.walk_out()
    bench.kill()
    bench.clock.set_wall(bench.clock.wall().at + timedelta(days=3))
    bench.after(1)
    bench.boot()
    bench.after(20)
    assert len(bench.cloud.of(WaterFlushed)) == 1


def test_restarts_do_not_flush_again_and_again(build) -> None:
    bench = build(**FLUSHED)
    assert drinks(bench)
    bench.walk_out()
    for _ in range(4):
        bench.kill()
        bench.after(5)
        bench.boot()
        bench.after(10)
    assert bench.cloud.of(FlushStarted) == []


def test_an_unknown_meter_count_before_any_visit_is_no_flush(build) -> None:
    bench = build(**FLUSHED)
    bench.post(PulsesCounted("cold", 3))
    bench.after(1)
    assert bench.cloud.of(FaultRaised) == [] and bench.cloud.of(FlushStarted) == []
