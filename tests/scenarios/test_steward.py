"""Stewards: maintenance that only their PIN opens and that ends by itself; what is released comes back while it is wrong."""

from __future__ import annotations

import pytest

from contract.facts import DuressCalled, FaultCleared, FaultCode, FaultRaised, Refusal, Stop, WaterPoured
from contract.roster import Role
from contract.steward import MaintenanceEnd, MaintenanceEnded, MaintenanceStarted, StewardAct, StewardActed
from edge.domain import steward_messages as m
from edge.domain.messages import LeaveAsked
from edge.domain.room_messages import ChargeAsked, DrinkAsked
from edge.domain.screen import Notice
from edge.domain.steward_view import StewardView
from tests.sabotage.checks import break_disk
from tests.scenarios.conftest import Build
from tests.scenarios.people import AN, AN_PIN, BO, enters_by_code
from tests.scenarios.stewards import (
    WATER,
    WU,
    WU_NUMBER,
    WU_PIN,
    WU_SECOND,
    acts,
    cast,
    ended,
    leaks,
    maintains,
    on,
    refused,
    standing,
    stays_at_the_screen,
    view,
    with_wu,
)  # fmt: skip
from twin.station import TwinStation

HALF_HOUR, SHORT = 1800.0, 300.0


@pytest.fixture
def bench(build: Build) -> TwinStation:
    """The smallest station; Wu is inside."""
    return with_wu(build())


@pytest.fixture
def short(build: Build) -> TwinStation:
    """Maintenance lasts 5 min here."""
    return with_wu(build(steward={"longest_min": SHORT / 60}))


@pytest.fixture
def wet(build: Build) -> TwinStation:
    """Cold and hot water, floor and drip tray watched; Wu is inside and maintenance is on."""
    return maintains(with_wu(build(**WATER)))


# ---- the mode


def test_a_pin_opens_maintenance(bench: TwinStation) -> None:
    assert view(bench) == StewardView(None, None)
    bench.post(m.MaintenanceAsked())
    bench.after(0.1)
    assert view(bench).asks_until and not on(bench)
    bench.post(m.MaintenancePin(WU_PIN))
    bench.after(0.1)
    assert on(bench) and bench.screen.notice is Notice.MAINTENANCE_ON
    started = bench.cloud.of(MaintenanceStarted)
    assert [(fact.person, fact.longest_s) for fact in started] == [(WU, HALF_HOUR)]
    assert {StewardAct.CLEANED, StewardAct.TEST_VALVE, StewardAct.RELEASE_FAULT} <= set(view(bench).acts)
    assert not {StewardAct.RESTOCK, StewardAct.FIRE_RESET} & set(view(bench).acts)


def check_maintenance_ends_by_itself(bench: TwinStation) -> None:
    """After half an hour, however often the screen is touched."""
    maintains(bench)
    stays_at_the_screen(bench, HALF_HOUR - 30)
    assert on(bench) and bench.screen.notice in (Notice.MAINTENANCE_SOON, Notice.WELCOME)
    stays_at_the_screen(bench, 60)
    assert not on(bench)
    assert ended(bench) == [MaintenanceEnd.TIME_LIMIT]
    assert bench.cloud.of(MaintenanceEnded)[0].lasted_s == pytest.approx(HALF_HOUR, abs=1)
    assert refused(bench, m.PartCleaned("room")) is Refusal.NOT_IN_MAINTENANCE


@pytest.mark.slow
def test_maintenance_ends_by_itself(bench: TwinStation) -> None:
    check_maintenance_ends_by_itself(bench)


@pytest.mark.slow
def test_a_minute_before_its_end_it_says_so(short: TwinStation) -> None:
    maintains(short)
    stays_at_the_screen(short, SHORT - 58)
    assert short.screen.notice is Notice.MAINTENANCE_SOON


@pytest.mark.slow
def test_another_pin_begins_it_anew(short: TwinStation) -> None:
    maintains(short)
    stays_at_the_screen(short, SHORT - 100)
    maintains(short)
    assert ended(short) == [MaintenanceEnd.RENEWED] and on(short)
    stays_at_the_screen(short, SHORT - 100)
    assert on(short)


@pytest.mark.slow
def test_asking_again_without_the_pin_buys_no_time(short: TwinStation) -> None:
    maintains(short)
    stays_at_the_screen(short, SHORT - 100)
    short.post(m.MaintenanceAsked())
    stays_at_the_screen(short, 110)
    assert ended(short) == [MaintenanceEnd.TIME_LIMIT]


@pytest.mark.slow
def test_the_screen_keeps_a_steward_who_cleans_and_forgets_one_who_is_gone(bench: TwinStation) -> None:
    maintains(bench)
    bench.after(500)
    assert on(bench) and bench.screen.visit
    bench.after(110)
    assert ended(bench) == [MaintenanceEnd.IDLE]
    assert bench.screen.visit is None


@pytest.mark.parametrize(
    ("how", "why"),
    [("goodbye", MaintenanceEnd.VISIT_ENDED), ("leaves", MaintenanceEnd.VISIT_ENDED), ("done", MaintenanceEnd.PERSON), ("bo", MaintenanceEnd.SCREEN_TAKEN)],
)
def test_it_ends_with_who_opened_it(bench: TwinStation, how: str, why: MaintenanceEnd) -> None:
    maintains(bench)
    match how:
        case "goodbye":
            bench.post(LeaveAsked())
            bench.after(0.1)
        case "leaves":
            bench.walk_out()
        case "done":
            bench.post(m.MaintenanceStopped())
            bench.after(0.1)
        case "bo":
            bench.let_in(BO)
    assert ended(bench) == [why] and not on(bench)
    assert refused(bench, m.PartCleaned("room")) is Refusal.NOT_IN_MAINTENANCE


def test_it_ends_when_the_roster_takes_the_role(bench: TwinStation) -> None:
    maintains(bench)
    bench.cloud.push_roster(cast(Role.VISITOR, 3))
    bench.after(0.1)
    assert ended(bench) == [MaintenanceEnd.NO_RIGHT] and bench.screen.steward is None


def test_a_restart_ends_it_and_tells(bench: TwinStation) -> None:
    maintains(bench)
    bench.kill()
    bench.after(1)
    bench.boot()
    bench.after(1)
    assert ended(bench) == [MaintenanceEnd.INTERRUPTED] and bench.cloud.of(MaintenanceEnded)[0].lasted_s is None
    bench.kill()
    bench.boot()
    bench.after(1)
    assert len(ended(bench)) == 1


def test_what_could_not_be_recorded_is_not_on(bench: TwinStation) -> None:
    disk = break_disk(bench)
    maintains(bench)
    assert not on(bench)
    disk.fails = False
    bench.after(20)
    assert not on(bench) and bench.cloud.of(MaintenanceStarted) == []


# ---- who may


def check_a_visitor_can_not(bench: TwinStation) -> None:
    """Not by asking, not by a PIN, not by an act; and nothing of it is on their screen."""
    bench.let_in(AN)
    assert bench.screen.steward is None
    assert refused(bench, m.MaintenanceAsked()) is Refusal.NO_RIGHT
    maintains(bench, AN_PIN)
    assert bench.cloud.of(MaintenanceStarted) == []
    leaks(bench)
    assert refused(bench, m.ReleaseAsked(FaultCode.LEAK, "cold", "it is fine")) is Refusal.NOT_IN_MAINTENANCE
    assert FaultCode.LEAK in standing(bench) and bench.cloud.of(StewardActed) == []


def test_a_visitor_can_not(bench: TwinStation) -> None:
    check_a_visitor_can_not(bench)


def test_a_visitor_can_not_type_on_after_a_steward(bench: TwinStation) -> None:
    bench.post(m.MaintenanceAsked())
    bench.after(0.1)
    bench.let_in(BO)
    assert refused(bench, m.MaintenancePin(WU_PIN)) is Refusal.NOT_IN_MAINTENANCE


def test_nobody_at_the_screen_can_not(bench: TwinStation) -> None:
    bench.post(LeaveAsked())
    assert refused(bench, m.MaintenanceAsked()) is Refusal.NOT_IDENTIFIED


def test_wrong_pins_count_and_then_the_right_one_is_too_late(bench: TwinStation) -> None:
    bench.post(m.MaintenanceAsked())
    bench.after(0.1)
    reasons = [refused_pin(bench) for _ in range(6)]
    assert reasons == [Refusal.WRONG_CODE] * 5 + [Refusal.TOO_MANY_TRIES]
    assert refused(bench, m.MaintenancePin(WU_PIN)) is Refusal.TOO_MANY_TRIES
    assert not on(bench)
    assert not enters_by_code(bench, WU_NUMBER, WU_PIN)


def refused_pin(bench: TwinStation) -> Refusal:
    return refused(bench, m.MaintenancePin("0000"))


def test_the_second_pin_opens_it_and_calls_for_help_in_silence(bench: TwinStation) -> None:
    maintains(bench, WU_SECOND)
    assert on(bench)
    assert [fact.person for fact in bench.cloud.of(DuressCalled)] == [WU]
    assert view(bench).releasable == () and FaultCode.DURESS not in standing(bench)
    assert refused(bench, m.ReleaseAsked(FaultCode.DURESS, "", "nothing happened")) is Refusal.NOT_RELEASABLE


def test_a_steward_who_comes_later_can_clear_what_was_called(bench: TwinStation) -> None:
    maintains(bench, WU_SECOND)
    bench.walk_out()
    bench.after(60)
    bench.let_in(WU)
    maintains(bench)
    assert view(bench).releasable == ((FaultCode.DURESS, ""),)
    acts(bench, m.ReleaseAsked(FaultCode.DURESS, "", "spoke to the visitor"))
    assert view(bench).releasable == ()


# ---- faults


def test_a_released_leak_gives_water_again(bench: TwinStation) -> None:
    leaks(bench)
    bench.faults.clear("valve_stuck_open", "cold")
    bench.after(70)
    maintains(bench)
    assert view(bench).releasable == ((FaultCode.LEAK, "cold"),)
    told = acts(bench, m.ReleaseAsked(FaultCode.LEAK, "cold", " new washer "))
    assert (told.act, told.fault, told.part, told.before, told.after, told.note) == (StewardAct.RELEASE_FAULT, FaultCode.LEAK, "cold", 1, 0, "new washer")
    assert [fact.fault for fact in bench.cloud.of(FaultCleared)] == [FaultCode.LEAK]
    bench.post(DrinkAsked("cold", 200))
    bench.after(12)
    assert bench.cloud.of(WaterPoured)[-1].stop is Stop.REACHED


def test_a_released_over_power_gives_the_socket_again(bench: TwinStation) -> None:
    bench.world.plug("1", "phone")
    bench.post(ChargeAsked("1"))
    bench.after(1)
    bench.faults.plant("over_current", "1")
    bench.after(4)
    bench.faults.clear("over_current", "1")
    bench.after(1)
    maintains(bench)
    acts(bench, m.ReleaseAsked(FaultCode.OVER_POWER, "1", "kettle taken away"))
    bench.post(ChargeAsked("1"))
    bench.after(2)
    assert bench.world.truth().sockets["1"].energised


def check_what_is_still_wrong_latches_again(wet: TwinStation) -> None:
    """In the same step: water on the floor."""
    wet.faults.plant("floor_wet")
    wet.after(3)
    acts(wet, m.ReleaseAsked(FaultCode.LEAK_FLOOR, "", "looks dry to me"))
    assert FaultCode.LEAK_FLOOR in standing(wet)
    assert [fact.fault for fact in wet.cloud.of(FaultRaised)].count(FaultCode.LEAK_FLOOR) == 2
    wet.post(DrinkAsked("cold", 200))
    wet.after(1)
    assert not wet.world.truth().taps["cold"].powered


def test_what_is_still_wrong_latches_again(wet: TwinStation) -> None:
    check_what_is_still_wrong_latches_again(wet)


def test_a_leak_that_goes_on_is_told_again(bench: TwinStation) -> None:
    leaks(bench)
    maintains(bench)
    acts(bench, m.ReleaseAsked(FaultCode.LEAK, "cold", "should be fine"))
    bench.after(5)
    assert FaultCode.LEAK in standing(bench)


def check_what_a_condition_clears_is_not_released(bench: TwinStation) -> None:
    bench.faults.plant("adc_absent_high")
    bench.after(3)
    maintains(bench)
    assert refused(bench, m.ReleaseAsked(FaultCode.METER_LOST, "1", "never mind")) is Refusal.NOT_RELEASABLE
    assert FaultCode.METER_LOST in standing(bench) and view(bench).releasable == ()


def test_what_a_condition_clears_is_not_released(bench: TwinStation) -> None:
    check_what_a_condition_clears_is_not_released(bench)


@pytest.mark.parametrize("reason", ["", "  ok ", "x" * 201, "two\nlines"])
def test_a_release_needs_a_reason(bench: TwinStation, reason: str) -> None:
    leaks(bench)
    maintains(bench)
    assert refused(bench, m.ReleaseAsked(FaultCode.LEAK, "cold", reason)) is Refusal.NO_REASON
    assert FaultCode.LEAK in standing(bench)


def test_what_does_not_stand_can_not_be_released(bench: TwinStation) -> None:
    maintains(bench)
    assert refused(bench, m.ReleaseAsked(FaultCode.LEAK, "cold", "looked at it")) is Refusal.NOT_RELEASABLE
    assert bench.cloud.of(FaultCleared) == []


def test_no_fact_of_a_steward_holds_a_pin(bench: TwinStation) -> None:
    maintains(bench, "1234")
    maintains(bench)
    assert not any(pin in fact.model_dump_json() for fact in bench.cloud.facts for pin in ('"1234"', f'"{WU_PIN}"'))
