"""Master valve, leaks, overruns, floor, drip tray: each fault planted, what it switches off, its one alarm, and how water comes back."""

from __future__ import annotations

import pytest

from contract.facts import FaultCleared, FaultCode, FaultRaised, Refusal, Stop, WaterPoured, WaterRefused
from edge.domain.messages import GuardChanged
from edge.domain.room_messages import DrinkAsked, HotUnlockAsked
from edge.domain.screen import PartState
from tests.scenarios.people import AN, BO, tap
from tests.scenarios.test_water import COLD
from twin.station import TwinStation

HOT = {"name": "hot", "valve_pin": 20, "flow_pin": 21, "hot": True}
WARM = {"name": "warm", "valve_pin": 20, "flow_pin": 21}
MASTER = 16
FITTED: dict[str, object] = {
    "sockets": [], "taps": [COLD, WARM], "water": {"master_pin": MASTER, "floor_pin": 5, "drip_pin": 6},
}  # fmt: skip


@pytest.fixture
def bench(build) -> TwinStation:
    """Two taps behind a master valve; An is inside."""
    bench: TwinStation = build(**FITTED)
    bench.let_in(AN)
    return bench


def ask(bench: TwinStation, volume_ml: int = 200, seconds: float = 9.0, name: str = "cold") -> None:
    bench.post(DrinkAsked(name, volume_ml))
    bench.after(seconds)


def master(bench: TwinStation) -> bool:
    """Whether it is asked to open."""
    return bench.pins.room_side.level(MASTER)


def raised(bench: TwinStation) -> list[tuple[FaultCode, str]]:
    return [(fact.fault, fact.part) for fact in bench.cloud.of(FaultRaised)]


def ran_ml(bench: TwinStation) -> float:
    return sum(tap.dispensed_ml for tap in bench.world.truth().taps.values())


def release(bench: TwinStation, fault: FaultCode, part: str = "") -> None:
    """A person on the spot says that it is mended."""
    effects = bench.assembly.core.faults.release(fault, part, bench.clock.monotonic())
    assert effects is not None
    bench.assembly.station._finish(effects, bench.clock.monotonic())
    bench.after(0.1)


def refused(bench: TwinStation) -> Refusal:
    return bench.cloud.of(WaterRefused)[-1].reason


# ---- the master valve


def check_the_master_is_open_only_while_something_pours(bench: TwinStation) -> None:
    assert not master(bench)
    ask(bench, 200, 2)
    assert master(bench)
    bench.after(8)
    assert not master(bench)


def test_the_master_is_open_only_while_something_pours(bench: TwinStation) -> None:
    check_the_master_is_open_only_while_something_pours(bench)
    assert bench.cloud.of(WaterPoured)[-1].stop is Stop.REACHED


def test_two_pours_share_the_master_and_the_last_one_shuts_it(bench: TwinStation) -> None:
    ask(bench, 200, 3)
    ask(bench, 300, 6, "warm")
    assert [fact.tap for fact in bench.cloud.of(WaterPoured)] == ["cold"] and master(bench)
    bench.after(8)
    assert [fact.tap for fact in bench.cloud.of(WaterPoured)] == ["cold", "warm"] and not master(bench)


def test_the_master_goes_off_at_once_when_water_is_cut(bench: TwinStation) -> None:
    ask(bench, 500, 3)
    bench.post(GuardChanged(False))
    bench.after(0.05)
    assert not master(bench) and not bench.world.truth().taps["cold"].powered


def test_a_dead_agent_leaves_no_master_open(bench: TwinStation) -> None:
    ask(bench, 1000, 3)
    bench.kill()
    bench.after(2.3)
    assert not master(bench)
    bench.boot()


def test_the_master_has_a_lease_of_its_own(build) -> None:
    bench = build(**FITTED | {"taps": [COLD | {"max_s": 5}]})
    bench.let_in(AN)
    ask(bench, 1000, 1)
    bench.assembly.station.drain = lambda: None  # type: ignore[method-assign]
    bench.after(6)
    assert not master(bench) and not bench.world.truth().taps["cold"].powered


# ---- a valve that does not shut


def check_an_overrun_shuts_the_master(bench: TwinStation) -> None:
    bench.faults.plant("valve_slow", "cold")
    ask(bench, 200, 12)
    assert not master(bench)
    ask(bench, 200, 1)
    assert not master(bench) and not bench.world.truth().taps["cold"].powered


def test_an_overrun_is_one_alarm_and_takes_all_water_that_the_master_feeds(bench: TwinStation) -> None:
    check_an_overrun_shuts_the_master(bench)
    assert raised(bench) == [(FaultCode.OVERRUN, "cold")]
    ask(bench, 200, 1, "warm")
    assert refused(bench) is Refusal.OUT_OF_ORDER
    assert tap(bench, "warm").state is PartState.OUT_OF_ORDER
    bench.faults.clear("valve_slow", "cold")
    release(bench, FaultCode.OVERRUN, "cold")
    ask(bench, 200)
    assert bench.cloud.of(WaterPoured)[-1].stop is Stop.REACHED


def test_an_overrun_stands_after_a_restart(bench: TwinStation) -> None:
    check_an_overrun_shuts_the_master(bench)
    bench.kill()
    bench.after(3)
    bench.boot()
    assert tap(bench).state is PartState.OUT_OF_ORDER


def test_without_a_master_an_overrun_takes_away_its_tap_alone(build) -> None:
    bench = build(sockets=[], taps=[COLD, WARM])
    bench.let_in(AN)
    bench.faults.plant("valve_slow", "cold")
    ask(bench, 200, 12)
    assert raised(bench) == [(FaultCode.OVERRUN, "cold")]
    ask(bench, 200, 10, "warm")
    assert (bench.cloud.of(WaterPoured)[-1].tap, bench.cloud.of(WaterPoured)[-1].stop) == ("warm", Stop.REACHED)


def check_the_master_stops_what_a_broken_valve_lets_through(bench: TwinStation) -> None:
    bench.faults.plant("valve_stuck_open", "cold")
    ask(bench, 300, 4, "warm")
    assert not master(bench)
    bench.after(5)
    ran = ran_ml(bench)
    bench.after(20)
    assert ran_ml(bench) == ran < 250


def test_a_leak_beside_a_pour_ends_the_pour_and_is_one_alarm(bench: TwinStation) -> None:
    check_the_master_stops_what_a_broken_valve_lets_through(bench)
    assert raised(bench) == [(FaultCode.LEAK, "cold")]
    assert bench.cloud.of(WaterPoured)[-1].stop is Stop.FAULT
    bench.faults.clear("valve_stuck_open", "cold")
    release(bench, FaultCode.LEAK, "cold")
    ask(bench)
    assert bench.cloud.of(WaterPoured)[-1].stop is Stop.REACHED


def check_water_through_the_shut_master_takes_all_water(bench: TwinStation) -> None:
    bench.faults.plant("master_stuck_open")
    bench.faults.plant("valve_stuck_open", "cold")
    bench.after(5)
    ask(bench, 200, 1, "warm")
    assert not bench.world.truth().taps["warm"].powered


def test_water_through_the_shut_master_is_told_as_such(bench: TwinStation) -> None:
    check_water_through_the_shut_master_takes_all_water(bench)
    assert raised(bench) == [(FaultCode.LEAK, "")]
    assert "shut master" in bench.cloud.of(FaultRaised)[0].detail
    assert refused(bench) is Refusal.OUT_OF_ORDER


def check_a_slow_leak_does_not_slip_between_two_minutes(bench: TwinStation) -> None:
    """49 ml at the end of one minute and 49 ml at the beginning of the next are 98 ml within seconds."""
    for _ in range(2):
        bench.after(40)
        for _ in range(2):
            bench.world.taps["cold"]._meter(24.5)
            bench.after(8)
    assert (FaultCode.LEAK, "cold") in raised(bench)


def test_a_slow_leak_does_not_slip_between_two_minutes(build) -> None:
    check_a_slow_leak_does_not_slip_between_two_minutes(build(sockets=[]))


@pytest.mark.slow
def test_a_few_drops_an_hour_are_no_leak(build) -> None:
    bench = build(sockets=[])
    for _ in range(10):
        bench.world.taps["cold"]._meter(24)
        bench.after(62)
    assert raised(bench) == []


# ---- floor and tray


def check_water_on_the_floor_shuts_everything(bench: TwinStation) -> None:
    ask(bench, 500, 3)
    bench.faults.plant("floor_wet")
    bench.after(1.2)
    assert not master(bench) and not bench.world.truth().taps["cold"].powered


def test_water_on_the_floor_stays_told_until_a_person_clears_it(bench: TwinStation) -> None:
    check_water_on_the_floor_shuts_everything(bench)
    bench.after(2)
    assert bench.cloud.of(WaterPoured)[-1].stop is Stop.FAULT
    bench.faults.clear("floor_wet")
    bench.after(60)
    assert raised(bench) == [(FaultCode.LEAK_FLOOR, "")]
    ask(bench, 200, 1)
    assert refused(bench) is Refusal.OUT_OF_ORDER
    release(bench, FaultCode.LEAK_FLOOR)
    ask(bench)
    assert bench.cloud.of(WaterPoured)[-1].stop is Stop.REACHED


def test_a_floor_that_is_still_wet_is_told_again(bench: TwinStation) -> None:
    bench.faults.plant("floor_wet")
    bench.after(2)
    release(bench, FaultCode.LEAK_FLOOR)
    bench.after(2)
    assert raised(bench) == [(FaultCode.LEAK_FLOOR, "")] * 2


def test_a_splash_that_bounces_is_no_flood(bench: TwinStation) -> None:
    for _ in range(10):
        bench.faults.plant("floor_wet")
        bench.after(0.3)
        bench.faults.clear("floor_wet")
        bench.after(0.3)
    assert raised(bench) == []


def check_a_full_tray_gives_no_more_water(bench: TwinStation) -> None:
    bench.faults.plant("drip_tray_full")
    bench.after(1.5)
    ask(bench, 200, 1)
    assert not bench.world.truth().taps["cold"].powered


def test_a_full_tray_blocks_until_it_is_emptied(bench: TwinStation) -> None:
    check_a_full_tray_gives_no_more_water(bench)
    assert refused(bench) is Refusal.OUT_OF_ORDER
    bench.faults.clear("drip_tray_full")
    bench.after(1.5)
    assert [fact.fault for fact in bench.cloud.of(FaultCleared)] == [FaultCode.DRIP_TRAY_FULL]
    ask(bench)
    assert bench.cloud.of(WaterPoured)[-1].stop is Stop.REACHED


def test_a_tray_that_fills_lets_the_cup_in_hand_be_filled(bench: TwinStation) -> None:
    ask(bench, 300, 3)
    bench.faults.plant("drip_tray_full")
    bench.after(9)
    assert bench.cloud.of(WaterPoured)[-1].stop is Stop.REACHED


# ---- hot water


@pytest.fixture
def hot(build) -> TwinStation:
    bench: TwinStation = build(sockets=[], taps=[COLD, HOT])
    bench.let_in(AN)
    return bench


def check_hot_water_wants_a_second_step(bench: TwinStation) -> None:
    if bench.screen.visit is None:
        bench.let_in(AN)
    ask(bench, 200, 1, "hot")
    assert not bench.world.truth().taps["hot"].powered


def test_hot_water_wants_a_second_step(hot: TwinStation) -> None:
    check_hot_water_wants_a_second_step(hot)
    assert refused(hot) is Refusal.HOT_LOCKED
    assert tap(hot, "hot").hot and tap(hot, "hot").unlocked_until is None
    hot.post(HotUnlockAsked("hot"))
    hot.after(0.1)
    assert tap(hot, "hot").unlocked_until is not None
    ask(hot, 200, 9, "hot")
    assert hot.cloud.of(WaterPoured)[-1].tap == "hot"
    ask(hot, 200, 1, "hot")
    assert refused(hot) is Refusal.HOT_LOCKED, "one step, one cup"
    ask(hot, 200, 9)
    assert hot.cloud.of(WaterPoured)[-1].tap == "cold", "cold water needs none"


def test_the_step_counts_for_ten_seconds(hot: TwinStation) -> None:
    hot.post(HotUnlockAsked("hot"))
    hot.after(10.2)
    ask(hot, 200, 1, "hot")
    assert refused(hot) is Refusal.HOT_LOCKED


def test_the_step_counts_for_who_took_it(hot: TwinStation) -> None:
    hot.show_face(BO)
    hot.post(HotUnlockAsked("hot"))
    hot.world.pull_door(hold_s=1.0)
    hot.after(5)
    ask(hot, 200, 1, "hot")
    assert refused(hot) is Refusal.HOT_LOCKED


@pytest.mark.parametrize("name", ["", "cold", "no-such", "\x00" * 300])
def test_a_step_for_another_tap_unlocks_nothing(hot: TwinStation, name: str) -> None:
    hot.post(HotUnlockAsked(name))
    ask(hot, 200, 1, "hot")
    assert refused(hot) is Refusal.HOT_LOCKED


def test_a_step_of_nobody_unlocks_nothing(build) -> None:
    bench = build(sockets=[], taps=[COLD, HOT])
    bench.post(HotUnlockAsked("hot"))
    bench.let_in(AN)
    ask(bench, 200, 1, "hot")
    assert refused(bench) is Refusal.HOT_LOCKED
