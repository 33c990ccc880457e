"""What stewards do in maintenance: each act through its machine, with the machine's limits, and told with counts before and after."""

from __future__ import annotations

import pytest

from contract.facts import FaultCode, Refusal, Stop
from contract.fridge import FridgeCause, FridgeOpened, FridgeReleased, ShelfRestocked
from contract.lending import BankFound, BankMissing
from contract.steward import StewardAct, StewardActed
from contract.water import FilterChanged, WaterFlushed, WaterTested
from edge.domain import steward_messages as m
from edge.domain.room_messages import ChargeAsked, DrinkAsked, HotUnlockAsked
from tests.properties.fridge_parts import FRIDGE
from tests.scenarios.conftest import Build
from tests.scenarios.people import AN, AN_PIN, enters_by_code
from tests.scenarios.stewards import (
    WATER,
    WU,
    WU_NUMBER,
    WU_PIN,
    acts,
    cast,
    maintains,
    on,
    refused,
    standing,
    stays_at_the_screen,
    view,
    with_wu,
)  # fmt: skip
from tests.scenarios.test_lending import LOCKER
from twin.station import TwinStation


@pytest.fixture
def bench(build: Build) -> TwinStation:
    """The smallest station; Wu is inside."""
    return with_wu(build())


@pytest.fixture
def wet(build: Build) -> TwinStation:
    """Cold and hot water, floor and drip tray watched; Wu is inside and maintenance is on."""
    return maintains(with_wu(build(**WATER)))


# ---- fire


def test_a_steward_comes_in_after_a_fire_alarm_and_resets_it(build: Build) -> None:
    bench = build(detectors={"fire_pin": 5})
    bench.cloud.push_roster(cast())
    bench.faults.plant("fire")
    bench.after(1)
    assert not enters_by_code(bench, WU_NUMBER, WU_PIN) or bench.screen.visit is None
    bench.faults.clear("fire")
    bench.after(10)
    bench.type_code(WU_NUMBER, WU_PIN)
    bench.world.pull_door(hold_s=1.0)
    bench.after(4.5)
    maintains(bench)
    assert on(bench) and StewardAct.FIRE_RESET in view(bench).acts
    assert refused(bench, m.ReleaseAsked(FaultCode.FIRE_RESET_DUE, "", "walked through")) is Refusal.NOT_RELEASABLE
    told = acts(bench, m.FireResetAsked())
    assert (told.act, told.fault, told.after) == (StewardAct.FIRE_RESET, FaultCode.FIRE_RESET_DUE, 0)
    assert not bench.world.lock_released and bench.screen.announce is None
    assert refused(bench, m.FireResetAsked()) is Refusal.NOT_RELEASABLE


def test_no_visitor_comes_in_before_the_reset(build: Build) -> None:
    bench = build(detectors={"fire_pin": 5})
    bench.faults.plant("fire")
    bench.after(1)
    bench.faults.clear("fire")
    bench.after(1)
    bench.type_code("1001", AN_PIN)
    assert bench.screen.reason is Refusal.FIRE


def check_a_fire_is_not_reset_while_it_burns(build: Build) -> None:
    bench = maintains(with_wu(build(detectors={"fire_pin": 5})))
    bench.faults.plant("fire")
    bench.after(1)
    assert refused(bench, m.FireResetAsked()) is Refusal.STILL_SO
    assert bench.world.lock_released and FaultCode.FIRE in standing(bench)


def test_a_fire_is_not_reset_while_it_burns(build: Build) -> None:
    check_a_fire_is_not_reset_while_it_burns(build)


# ---- water


def test_a_test_of_a_valve_runs_into_the_basin_and_costs_nobody(wet: TwinStation) -> None:
    left = wet.screen.water_left_ml
    wet.post(m.ValveTestAsked("cold"))
    wet.after(1)
    assert wet.world.truth().taps["cold"].powered and view(wet).testing == "cold"
    assert refused(wet, m.ValveTestAsked("hot")) is Refusal.BUSY
    wet.after(8)
    told = wet.cloud.of(StewardActed)[-1]
    assert told.act is StewardAct.TEST_VALVE and told.before is not None and told.after is not None
    assert told.after - told.before == pytest.approx(100, abs=6)
    assert wet.world.truth().taps["cold"].dispensed_ml <= 106
    assert [fact.stop for fact in wet.cloud.of(WaterFlushed)] == [Stop.REACHED]
    assert wet.screen.water_left_ml == left and not view(wet).testing


def test_a_test_ends_with_maintenance(wet: TwinStation) -> None:
    wet.post(m.ValveTestAsked("cold"))
    wet.after(1)
    wet.post(m.MaintenanceStopped())
    wet.after(0.1)
    assert not wet.world.truth().taps["cold"].powered
    wet.after(2)
    assert wet.cloud.of(WaterFlushed)[0].stop is Stop.VISIT_ENDED
    assert len(wet.cloud.of(StewardActed)) == 1


def test_hot_water_keeps_its_child_lock(wet: TwinStation) -> None:
    assert refused(wet, m.ValveTestAsked("hot")) is Refusal.HOT_LOCKED
    wet.post(HotUnlockAsked("hot"))
    acts(wet, m.ValveTestAsked("hot"), 9)


def check_no_test_while_a_fault_keeps_the_valve_shut(wet: TwinStation) -> None:
    wet.faults.plant("floor_wet")
    wet.after(3)
    assert refused(wet, m.ValveTestAsked("cold")) is Refusal.OUT_OF_ORDER
    assert not wet.world.truth().taps["cold"].powered


def test_no_test_while_a_fault_keeps_the_valve_shut(wet: TwinStation) -> None:
    check_no_test_while_a_fault_keeps_the_valve_shut(wet)


def test_filter_and_test_of_the_water(wet: TwinStation) -> None:
    wet.post(DrinkAsked("cold", 200))
    wet.after(12)
    told = acts(wet, m.FilterRenewed())
    assert (told.act, told.after) == (StewardAct.FILTER_CHANGED, 0) and told.before == pytest.approx(200, abs=10)
    acts(wet, m.WaterJudged(False))
    assert FaultCode.WATER_TEST_OVERDUE in standing(wet)
    assert refused(wet, m.ReleaseAsked(FaultCode.WATER_TEST_OVERDUE, "", "tastes good")) is Refusal.NOT_RELEASABLE
    acts(wet, m.ValveTestAsked("cold"), 9)
    acts(wet, m.WaterJudged(True))
    assert FaultCode.WATER_TEST_OVERDUE not in standing(wet)
    assert len(wet.cloud.of(FilterChanged)) == 1 and [fact.passed for fact in wet.cloud.of(WaterTested)] == [False, True]
    assert refused(wet, m.WaterJudged(True, "yesterday")) is Refusal.BAD_AMOUNT


def test_the_contact_says_whether_the_tray_is_empty(wet: TwinStation) -> None:
    wet.faults.plant("drip_tray_full")
    wet.after(3)
    assert refused(wet, m.DripEmptied()) is Refusal.STILL_SO
    wet.faults.clear("drip_tray_full")
    wet.after(3)
    assert acts(wet, m.DripEmptied()).act is StewardAct.DRIP_EMPTIED


def test_visitors_go_on_while_maintenance_is_on(bench: TwinStation) -> None:
    """An charges; Wu is let in, maintains and leaves: nothing of it ends what An has."""
    bench.let_in(AN)
    bench.world.plug("1", "phone")
    bench.post(ChargeAsked("1"))
    bench.after(1)
    bench.let_in(WU)
    maintains(bench)
    assert on(bench)
    bench.post(m.MaintenanceStopped())
    bench.after(5)
    assert bench.world.truth().sockets["1"].energised


# ---- parts


def test_cleaning_is_told_and_an_unknown_part_is_not(wet: TwinStation) -> None:
    assert view(wet).cleanable == ("room", "cold", "hot")
    told = acts(wet, m.PartCleaned("cold"))
    assert (told.act, told.part, told.before, told.after) == (StewardAct.CLEANED, "cold", None, None)
    unknown: list[m.StewardAsk] = [
        m.PartCleaned("moon"), m.ValveTestAsked("x" * 90), m.SlotServiceAsked("1"), m.FridgeServiceAsked(), m.ShelfCounted("top", 3, "L1", "2026-12-01"),
    ]  # fmt: skip
    assert [refused(wet, asked) for asked in unknown] == [Refusal.UNKNOWN_PART] * 5
    assert len(wet.cloud.of(StewardActed)) == 1


def test_a_fridge_is_opened_and_filled(build: Build) -> None:
    bench = maintains(with_wu(build(fridge=FRIDGE)))
    bench.after(8)
    bench.post(m.FridgeServiceAsked())
    bench.after(0.5)
    fridge = bench.world.fridge
    assert fridge and fridge.open()
    fridge.shelves["top"].put(6)
    bench.after(2)
    assert refused(bench, m.FridgeServiceAsked()) is Refusal.BUSY
    fridge.shut()
    bench.after(8)
    opened = bench.cloud.of(StewardActed)[-1]
    assert opened.act is StewardAct.OPEN_FRIDGE and [fact.cause for fact in bench.cloud.of(FridgeOpened)] == [FridgeCause.STEWARD]
    told = acts(bench, m.ShelfCounted("top", 6, "L7", "2026-12-24"))
    assert (told.before, told.after, told.note) == (0, 6, "lot L7, until 2026-12-24")
    assert [(fact.before, fact.after, fact.person) for fact in bench.cloud.of(ShelfRestocked)] == [(0, 6, WU)]
    wrong = [m.ShelfCounted("top", -1, "L7", "2026-12-24"), m.ShelfCounted("top", 6, "no lot!", "2026-12-24"), m.ShelfCounted("top", 6, "L7", "soon")]
    assert [refused(bench, asked) for asked in wrong] == [Refusal.BAD_AMOUNT] * 3
    assert len(bench.cloud.of(ShelfRestocked)) == 1


@pytest.mark.slow
def test_a_warm_fridge_is_released_only_when_it_is_cold_again(build: Build) -> None:
    bench = with_wu(build(fridge=FRIDGE | {"alarm_s": 60, "block_s": 300}))
    bench.faults.plant("fridge_warm")
    bench.after(420)
    assert FaultCode.FRIDGE_BLOCKED in standing(bench)
    bench.walk_out()
    bench.let_in(WU)
    maintains(bench)
    asked = m.ReleaseAsked(FaultCode.FRIDGE_BLOCKED, "", "threw all of it away")
    assert refused(bench, asked) is Refusal.STILL_SO
    bench.faults.clear("fridge_warm")
    stays_at_the_screen(bench, 240)
    acts(bench, asked)
    assert FaultCode.FRIDGE_BLOCKED not in standing(bench)
    assert [(fact.person, fact.reason) for fact in bench.cloud.of(FridgeReleased)] == [(WU, "threw all of it away")]


def test_a_slot_is_opened_to_put_a_bank_in_and_to_take_one_out(build: Build) -> None:
    bench = maintains(with_wu(build(**LOCKER)))
    slots = bench.world.locker.slots
    bench.post(m.SlotServiceAsked("3"))
    bench.after(0.5)
    assert slots["3"].put()
    bench.after(1)
    told = bench.cloud.of(StewardActed)[-1]
    assert (told.act, told.part, told.before, told.after) == (StewardAct.OPEN_SLOT, "3", 2, 3)
    bench.post(m.SlotServiceAsked("1"))
    bench.after(0.5)
    assert refused(bench, m.SlotServiceAsked("2")) is Refusal.BUSY
    assert slots["1"].take()
    bench.after(1)
    assert (bench.cloud.of(StewardActed)[-1].before, bench.cloud.of(StewardActed)[-1].after) == (3, 2)
    assert bench.cloud.of(BankFound) + bench.cloud.of(BankMissing) == []


def test_only_trying_a_lock_changes_nothing(build: Build) -> None:
    bench = maintains(with_wu(build(**LOCKER)))
    told = acts(bench, m.SlotServiceAsked("1"), 14)
    assert (told.before, told.after) == (2, 2) and not standing(bench)
