"""Water: the portion that was asked for, two caps that do not trust each other, and a valve that is shut whatever fails."""

import pytest

from contract.facts import FaultCleared, FaultCode, FaultRaised, Refusal, Stop, WaterPoured, WaterRefused, WaterReserved
from edge.domain.messages import GuardChanged
from edge.domain.room_messages import DrinkAsked, DrinkStopped
from edge.domain.screen import Notice, PartState
from tests.scenarios.people import AN, BO, people, tap
from twin.station import TwinStation, person, roster

COLD = {"name": "cold", "valve_pin": 23, "flow_pin": 24}


@pytest.fixture
def bench(build) -> TwinStation:
    """Without sockets: their currents, read twice a second, would only cost time here."""
    bench: TwinStation = build(sockets=[])
    return bench


def inside(bench: TwinStation, who: str = AN) -> TwinStation:
    """Somebody stands at the screen."""
    bench.let_in(who)
    return bench


def ask(bench: TwinStation, volume_ml: int = 300, seconds: float = 14.0, name: str = "cold") -> None:
    """Ask, and wait."""
    bench.post(DrinkAsked(name, volume_ml))
    bench.after(seconds)


def powered(bench: TwinStation) -> bool:
    """Whether the valve is asked to open."""
    return bench.world.truth().taps["cold"].powered


def dispensed_ml(bench: TwinStation) -> float:
    """What really ran."""
    return bench.world.truth().taps["cold"].dispensed_ml


def poured(bench: TwinStation) -> WaterPoured:
    """The newest pour."""
    return bench.cloud.of(WaterPoured)[-1]


def refused(bench: TwinStation) -> Refusal:
    """The newest refusal, which the screen must show too."""
    reason = bench.cloud.of(WaterRefused)[-1].reason
    assert (bench.screen.notice, bench.screen.reason) == (Notice.NOT_NOW, reason)
    return reason


@pytest.mark.parametrize("volume_ml", [200, 300, 500])
def test_a_portion_is_what_was_asked_for(bench: TwinStation, volume_ml: int) -> None:
    ask(inside(bench), volume_ml, 22)
    assert abs(dispensed_ml(bench) - volume_ml) <= 0.03 * volume_ml
    assert poured(bench).stop is Stop.REACHED
    assert poured(bench).charged_ml == min(volume_ml, poured(bench).poured_ml or 0)
    assert bench.screen.water_left_ml == 3000 - poured(bench).charged_ml


def test_the_screen_follows_a_pour(bench: TwinStation) -> None:
    ask(inside(bench), 300, 5)
    assert (tap(bench).state, tap(bench).target_ml) == (PartState.MINE, 300)
    assert 100 < tap(bench).poured_ml < 160
    bench.after(9)
    assert (bench.screen.notice, tap(bench).state) == (Notice.POUR_DONE, PartState.READY)


def test_stop_at_the_screen_shuts_and_charges_what_ran(bench: TwinStation) -> None:
    ask(inside(bench), 500, 4)
    bench.post(DrinkStopped("cold"))
    bench.after(0.1)
    assert not powered(bench)
    bench.after(2)
    assert poured(bench).stop is Stop.PERSON
    assert poured(bench).charged_ml == poured(bench).poured_ml
    assert abs((poured(bench).poured_ml or 0) - dispensed_ml(bench)) < 5


def check_leaving_shuts_the_valve(bench: TwinStation) -> None:
    """Nobody stands there any more: the pour ends with the visit."""
    ask(inside(bench), 1000, 2)
    bench.walk_out()
    assert not powered(bench)


def test_a_visit_that_ends_mid_pour_ends_the_pour(bench: TwinStation) -> None:
    check_leaving_shuts_the_valve(bench)
    bench.after(2)
    assert poured(bench).stop is Stop.VISIT_ENDED


# ---- the two caps


def check_the_valve_shuts_when_no_pulse_comes(bench: TwinStation) -> None:
    """The meter is dead or the mains are off: two seconds, then the valve is shut."""
    bench.faults.plant("flow_meter_dead")
    ask(inside(bench), 300, 1.9)
    assert powered(bench)
    bench.after(0.2)
    assert not powered(bench)


def test_the_valve_shuts_when_no_pulse_comes(bench: TwinStation) -> None:
    check_the_valve_shuts_when_no_pulse_comes(bench)
    assert dispensed_ml(bench) < 70, "though the meter saw nothing of it"


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["flow_meter_dead", "mains_water_off", "valve_stuck_shut"])
def test_no_flow_is_refunded_and_the_tap_rests_for_five_minutes(bench: TwinStation, fault: str) -> None:
    bench.faults.plant(fault)
    ask(inside(bench), 300, 4)
    assert (poured(bench).stop, poured(bench).charged_ml) == (Stop.NO_FLOW, 0)
    assert bench.screen.water_left_ml == 3000
    assert (bench.screen.notice, bench.screen.reason) == (Notice.POUR_STOPPED, Stop.NO_FLOW)
    assert tap(bench).state is PartState.OUT_OF_ORDER
    ask(bench, 300, 1)
    assert refused(bench) is Refusal.OUT_OF_ORDER
    bench.faults.clear(fault)
    bench.after(140)
    bench.let_in(AN)
    assert tap(bench).state is PartState.OUT_OF_ORDER
    bench.after(155)
    assert tap(bench).state is PartState.READY
    bench.let_in(AN)
    ask(bench, 200)
    assert poured(bench).stop is Stop.REACHED


@pytest.mark.slow
def test_no_flow_again_is_told_again(bench: TwinStation) -> None:
    bench.faults.plant("mains_water_off")
    for _ in range(2):
        ask(inside(bench), 300, 302)
    assert [fact.fault for fact in bench.cloud.of(FaultRaised)] == [FaultCode.NO_FLOW] * 2
    assert bench.cloud.of(FaultCleared)[0].fault is FaultCode.NO_FLOW


def test_no_flow_in_the_middle_charges_what_ran(bench: TwinStation) -> None:
    ask(inside(bench), 500, 5)
    bench.faults.plant("mains_water_off")
    bench.after(6)
    assert poured(bench).stop is Stop.NO_FLOW
    assert 100 < poured(bench).charged_ml < 180


def check_time_alone_shuts_the_valve(bench: TwinStation) -> None:
    """`bench` has max_s = 5: water runs, pulses come, and the volume is far away."""
    ask(inside(bench), 1000, 5.1)
    assert not powered(bench)


def test_time_caps_a_pour_that_the_meter_does_not_end(build) -> None:
    bench = build(sockets=[], taps=[COLD | {"max_s": 5}])
    check_time_alone_shuts_the_valve(bench)
    bench.after(2)
    assert poured(bench).stop is Stop.TIME_LIMIT
    assert poured(bench).charged_ml == poured(bench).poured_ml


def test_the_hardware_lease_caps_a_pour_when_the_deciding_thread_hangs(build) -> None:
    bench = build(sockets=[], taps=[COLD | {"max_s": 5}])
    ask(inside(bench), 1000, 1)
    bench.assembly.station.drain = lambda: None  # type: ignore[method-assign]
    bench.after(5)
    assert not powered(bench)


def test_no_more_than_max_ml_is_poured_at_once(build) -> None:
    bench = build(sockets=[], taps=[COLD | {"max_ml": 400, "portions_ml": [200]}])
    ask(inside(bench), 401, 1)
    assert refused(bench) is Refusal.BAD_AMOUNT
    ask(bench, 400, 18)
    assert poured(bench).stop is Stop.REACHED
    assert dispensed_ml(bench) < 420


# ---- leaks


def check_a_leak_takes_the_tap_out_of_order(bench: TwinStation) -> None:
    """Pulses through a shut valve."""
    bench.let_in(AN)
    bench.faults.plant("valve_stuck_open")
    bench.after(5)
    ask(bench, 300, 1)
    assert not powered(bench)
    assert bench.cloud.of(WaterReserved) == []


def test_a_leak_is_told_and_the_tap_out_of_order(bench: TwinStation) -> None:
    check_a_leak_takes_the_tap_out_of_order(bench)
    assert [(fact.fault, fact.part) for fact in bench.cloud.of(FaultRaised)] == [(FaultCode.LEAK, "cold")]
    assert refused(bench) is Refusal.OUT_OF_ORDER
    assert tap(bench).state is PartState.OUT_OF_ORDER


def test_a_valve_that_does_not_shut_after_a_pour_is_an_overrun_and_one_alarm(bench: TwinStation) -> None:
    ask(inside(bench), 200, 3)
    bench.faults.plant("valve_stuck_open")
    bench.after(12)
    assert poured(bench).stop is Stop.REACHED
    assert [(fact.fault, fact.part) for fact in bench.cloud.of(FaultRaised)] == [(FaultCode.OVERRUN, "cold")]
    ask(bench, 200, 1)
    assert refused(bench) is Refusal.OUT_OF_ORDER


def test_the_last_drops_after_a_pour_are_no_leak(bench: TwinStation) -> None:
    for _ in range(3):
        ask(inside(bench), 200, 10)
    assert bench.cloud.of(FaultRaised) == []


def test_a_leak_at_one_tap_leaves_the_other(build) -> None:
    bench = build(sockets=[], taps=[COLD, {"name": "hot", "valve_pin": 20, "flow_pin": 21}])
    bench.let_in(AN)
    bench.faults.plant("valve_stuck_open", "cold")
    bench.after(5)
    ask(bench, 200, 10, "hot")
    assert (poured(bench).tap, poured(bench).stop) == ("hot", Stop.REACHED)


# ---- who, how much


def check_no_water_without_a_visit(bench: TwinStation) -> None:
    """Whoever presses the button from nowhere."""
    ask(bench, 300, 1)
    assert not powered(bench)
    assert dispensed_ml(bench) == 0


def test_no_water_without_a_visit(bench: TwinStation) -> None:
    check_no_water_without_a_visit(bench)
    assert refused(bench) is Refusal.NOT_IDENTIFIED


@pytest.mark.parametrize("volume_ml", [0, -5, 1001, 10**9, -(10**30)])
def test_a_bad_amount_is_refused(bench: TwinStation, volume_ml: int) -> None:
    ask(inside(bench), volume_ml, 1)
    assert refused(bench) is Refusal.BAD_AMOUNT
    assert not powered(bench)


@pytest.mark.parametrize("name", ["hot", "", "cold'; DROP TABLE quota; --", "冷" * 500, "\x00", "../cold"])
def test_an_unknown_tap_is_refused(bench: TwinStation, name: str) -> None:
    ask(inside(bench), 300, 1, name)
    assert refused(bench) is Refusal.OUT_OF_ORDER
    bench.post(DrinkStopped(name))
    bench.after(1)


def test_a_busy_tap_serves_one_at_a_time(bench: TwinStation) -> None:
    ask(inside(bench), 500, 2)
    bench.let_in(BO)
    assert tap(bench).state is PartState.TAKEN
    ask(bench, 200, 1)
    assert refused(bench) is Refusal.BUSY
    bench.after(15)
    ask(bench, 200)
    assert (poured(bench).person, poured(bench).stop) == (BO, Stop.REACHED)


def check_nobody_draws_more_than_the_quota(bench: TwinStation) -> None:
    """`bench` gives 500 ml a day: of four times 200 ml two are given."""
    bench.let_in(AN)
    for _ in range(4):
        ask(bench, 200, 9)
    assert sum(fact.charged_ml for fact in bench.cloud.of(WaterPoured)) == 400
    assert dispensed_ml(bench) <= 400 * 1.06


def test_nobody_draws_more_than_the_quota(build) -> None:
    bench = build(sockets=[], quota={"water_ml_per_day": 500})
    check_nobody_draws_more_than_the_quota(bench)
    ask(bench, 200, 1)
    assert refused(bench) is Refusal.QUOTA_SPENT
    assert tap(bench).state is PartState.READY, "100 ml are left"
    ask(bench, 100, 6)
    assert tap(bench).state is PartState.QUOTA_SPENT
    bench.let_in(BO)
    assert tap(bench).state is PartState.READY


def test_the_roster_says_how_much_a_person_may_draw(bench: TwinStation) -> None:
    bench.cloud.push_roster(roster(person(AN, "1001", "2468", water_ml_per_day=400), people()[1], version=2))
    inside(bench)
    assert bench.screen.water_left_ml == 400
    ask(bench, 500, 1)
    assert refused(bench) is Refusal.QUOTA_SPENT
    ask(bench, 300)
    assert bench.screen.water_left_ml == 100


def test_who_lost_the_right_while_inside_draws_nothing_more(bench: TwinStation) -> None:
    inside(bench)
    bench.cloud.push_roster(roster(people()[1], version=2))
    bench.after(0.1)
    ask(bench, 300, 1)
    assert refused(bench) is Refusal.QUOTA_SPENT
    assert not powered(bench)


# ---- a fault in the middle


def test_a_pour_that_a_fault_ended_is_settled_while_the_fault_stands(bench: TwinStation) -> None:
    ask(inside(bench), 500, 4)
    bench.post(GuardChanged(False))
    bench.after(0.1)
    assert not powered(bench)
    bench.after(2)
    assert poured(bench).stop is Stop.FAULT
    assert poured(bench).charged_ml == poured(bench).poured_ml
    assert bench.assembly.station.deadline() > bench.clock.monotonic(), "the loop must not spin"
