"""Charging: measured energy, an end for every reason, and no current that nobody measures."""

import pytest

from contract.facts import (
    ChargeEnded,
    ChargeRefused,
    ChargeStarted,
    FaultCleared,
    FaultCode,
    FaultRaised,
    Refusal,
    Stop,
)
from edge.domain.messages import LeaveAsked, MoreTimeAsked
from edge.domain.room_messages import ChargeAsked, ChargeStopped
from edge.domain.screen import Notice, PartState
from tests.scenarios.people import AN, BO, people, socket
from twin.socket_load import Load
from twin.station import TwinStation, person, roster

FIRST = {"name": "1", "relay_pin": 25, "adc_channel": 0}
SECOND = {"name": "2", "relay_pin": 26, "adc_channel": 1}


def charging(bench: TwinStation, load: Load | str = "phone", name: str = "1", who: str = AN) -> TwinStation:
    """Somebody came in, plugged in and asked."""
    bench.let_in(who)
    bench.world.plug(name, load)
    bench.post(ChargeAsked(name))
    bench.after(0.1)
    return bench


def live(bench: TwinStation, name: str = "1") -> bool:
    """Whether there is mains on the socket."""
    return bench.world.truth().sockets[name].energised


def ended(bench: TwinStation) -> ChargeEnded:
    """The newest."""
    return bench.cloud.of(ChargeEnded)[-1]


def refused(bench: TwinStation) -> Refusal:
    """The newest refusal, which the screen must show too."""
    reason = bench.cloud.of(ChargeRefused)[-1].reason
    assert (bench.screen.notice, bench.screen.reason) == (Notice.NOT_NOW, reason)
    return reason


@pytest.mark.slow
@pytest.mark.parametrize("load", ["phone", "power_bank"])
def test_energy_is_what_was_delivered(bench: TwinStation, load: str) -> None:
    charging(bench, load)
    for _ in range(10):
        bench.after(60)
        bench.post(MoreTimeAsked())
    bench.post(ChargeStopped("1"))
    bench.after(1)
    delivered_wh = bench.world.truth().sockets["1"].delivered_wh
    assert delivered_wh > 2
    assert ended(bench).energy_wh == pytest.approx(delivered_wh, rel=0.03)
    assert (ended(bench).stop, ended(bench).charged_min) == (Stop.PERSON, 11)


def test_the_screen_follows_a_charge(bench: TwinStation) -> None:
    charging(bench)
    bench.after(60)
    view = socket(bench)
    assert (view.state, view.lasted_s) == (PartState.MINE, pytest.approx(60, abs=1))
    assert view.watts == pytest.approx(18, abs=2)
    assert view.energy_wh == pytest.approx(0.3, abs=0.02)


@pytest.mark.slow
def test_a_charge_goes_on_while_the_screen_is_asleep(bench: TwinStation) -> None:
    charging(bench)
    bench.after(400)
    assert bench.screen.visitor is None
    assert live(bench)
    assert socket(bench).state is PartState.TAKEN


@pytest.mark.slow
def test_a_full_phone_ends_the_charge(build) -> None:
    bench = charging(build(sockets=[FIRST | {"low_s": 60}, SECOND]), Load("phone", 18.0, 1.0, 1.0, 0.2))
    bench.after(500)
    assert not live(bench)
    assert ended(bench).stop is Stop.LOW_POWER


@pytest.mark.slow
def test_nothing_plugged_in_ends_the_charge(bench: TwinStation) -> None:
    charging(bench, Load("nothing", 0.0, 0.0, 1.0, 0.0))
    bench.after(890)
    assert live(bench)
    bench.after(12)
    assert not live(bench)
    assert ended(bench).stop is Stop.LOW_POWER
    assert ended(bench).energy_wh == pytest.approx(0, abs=0.1)


def check_over_power_is_cut_and_stays_cut(bench: TwinStation) -> None:
    """An e-bike's 250 W: after 1.5 s the socket is dead, and it does not come back by asking."""
    charging(bench, "ebike_pack")
    bench.after(1.5)
    assert not live(bench)
    bench.world.plug("1", "phone")
    ask_again_later(bench)
    assert not live(bench)


def ask_again_later(bench: TwinStation) -> None:
    """After a minute."""
    bench.after(60)
    bench.post(ChargeAsked("1"))
    bench.after(1)


def test_over_power_is_cut_and_stays_cut(bench: TwinStation) -> None:
    check_over_power_is_cut_and_stays_cut(bench)
    assert ended(bench).stop is Stop.POWER_LIMIT
    assert [(fact.fault, fact.part) for fact in bench.cloud.of(FaultRaised)] == [(FaultCode.OVER_POWER, "1")]
    assert refused(bench) is Refusal.OUT_OF_ORDER
    assert socket(bench, "2").state is PartState.READY


def check_a_short_circuit_is_cut_and_stays_cut(bench: TwinStation) -> None:
    """1500 W are past the range of the sensor, which then looks like one that is not there; still it stays cut."""
    charging(bench)
    bench.faults.plant("over_current", "1")
    bench.after(1.6)
    assert not live(bench)
    ask_again_later(bench)
    assert not live(bench)


def test_a_short_circuit_is_cut_and_stays_cut(bench: TwinStation) -> None:
    check_a_short_circuit_is_cut_and_stays_cut(bench)
    assert [fact.fault for fact in bench.cloud.of(FaultRaised)] == [FaultCode.METER_LOST, FaultCode.OVER_POWER]
    assert refused(bench) is Refusal.OUT_OF_ORDER


def test_a_short_peak_is_no_over_power(bench: TwinStation) -> None:
    charging(bench)
    for _ in range(10):
        bench.faults.plant("over_current")
        bench.after(0.4)
        bench.faults.clear("over_current")
        bench.after(5)
    assert live(bench)


def check_what_is_not_measured_does_not_run(bench: TwinStation) -> None:
    """The converter is gone: within two seconds every socket is dead, and none starts."""
    charging(bench)
    bench.faults.plant("adc_absent_high")
    bench.after(2)
    assert not live(bench)
    bench.post(ChargeAsked("2"))
    bench.after(1)
    assert not live(bench, "2")


def test_what_is_not_measured_does_not_run(bench: TwinStation) -> None:
    check_what_is_not_measured_does_not_run(bench)
    assert ended(bench).stop is Stop.FAULT
    assert {(fact.fault, fact.part) for fact in bench.cloud.of(FaultRaised)} == {
        (FaultCode.METER_LOST, "1"), (FaultCode.METER_LOST, "2"),
    }  # fmt: skip
    assert refused(bench) is Refusal.OUT_OF_ORDER
    bench.faults.clear("adc_absent_high")
    bench.after(1)
    assert len(bench.cloud.of(FaultCleared)) == 2
    bench.post(ChargeAsked("2"))
    bench.after(1)
    assert live(bench, "2")


def test_readings_that_stop_coming_cut_the_socket(bench: TwinStation) -> None:
    charging(bench)
    bench.assembly.periodic[1].job = lambda: None  # the reading thread hangs
    bench.after(5.5)
    assert not live(bench)
    assert ended(bench).stop is Stop.FAULT
    assert bench.cloud.of(FaultRaised)[0].fault is FaultCode.METER_LOST


def test_a_converter_that_reads_zero_ends_as_an_empty_socket(build) -> None:
    """It can not be told from a socket with nothing in it; low_s bounds it."""
    bench = charging(build(sockets=[FIRST | {"low_s": 60}, SECOND]))
    bench.faults.plant("adc_absent")
    bench.after(62)
    assert not live(bench)
    assert ended(bench).stop is Stop.LOW_POWER


def test_time_ends_a_charge(build) -> None:
    bench = charging(build(sockets=[FIRST | {"max_s": 120}, SECOND]), "power_bank")
    bench.after(119)
    assert live(bench)
    bench.after(1.5)
    assert not live(bench)
    assert (ended(bench).stop, ended(bench).charged_min) == (Stop.TIME_LIMIT, 2)


def check_minutes_are_a_quota(bench: TwinStation) -> None:
    """Three minutes a day: the charge ends then, and there is no other."""
    bench.cloud.push_roster(roster(person(AN, "1001", "2468", socket_min_per_day=3), people()[1], version=2))
    charging(bench)
    bench.after(181)
    assert not live(bench)
    bench.let_in(AN)
    bench.post(ChargeAsked("1"))
    bench.after(1)
    assert not live(bench)


@pytest.mark.slow
def test_minutes_are_a_quota(bench: TwinStation) -> None:
    check_minutes_are_a_quota(bench)
    assert (ended(bench).stop, ended(bench).charged_min) == (Stop.TIME_LIMIT, 3)
    assert refused(bench) is Refusal.QUOTA_SPENT


@pytest.mark.slow
def test_minutes_not_used_come_back(bench: TwinStation) -> None:
    charging(bench)
    assert bench.cloud.of(ChargeStarted)[0].reserved_min == 480
    bench.after(150)
    bench.post(ChargeStopped("1"))
    bench.after(0.1)
    assert bench.screen.socket_left_min == 477


def test_a_socket_in_use_is_taken(bench: TwinStation) -> None:
    charging(bench)
    bench.let_in(BO)
    assert socket(bench).state is PartState.TAKEN
    bench.post(ChargeAsked("1"))
    bench.after(1)
    assert refused(bench) is Refusal.BUSY
    bench.post(ChargeStopped("1"))
    bench.after(1)
    assert live(bench), "only whose charge it is may end it"
    charging(bench, "power_bank", "2", BO)
    assert live(bench, "2")


def check_leaving_cuts_the_socket(bench: TwinStation) -> None:
    """Nobody is there to watch it."""
    charging(bench)
    bench.after(10)
    bench.walk_out()
    assert not live(bench)


def test_leaving_ends_the_charge(bench: TwinStation) -> None:
    check_leaving_cuts_the_socket(bench)
    assert ended(bench).stop is Stop.VISIT_ENDED


def test_goodbye_ends_the_charge(bench: TwinStation) -> None:
    charging(bench)
    bench.post(LeaveAsked())
    bench.after(0.1)
    assert not live(bench)


def test_who_fetches_something_from_outside_keeps_the_charge(bench: TwinStation) -> None:
    charging(bench)
    bench.let_in(AN)
    assert live(bench)
    assert socket(bench).state is PartState.MINE


def test_no_charge_without_a_visit(bench: TwinStation) -> None:
    bench.post(ChargeAsked("1"))
    bench.after(1)
    assert refused(bench) is Refusal.NOT_IDENTIFIED
    assert not live(bench)


@pytest.mark.parametrize("name", ["3", "", "1'; DROP TABLE quota", "座" * 300])
def test_an_unknown_socket_is_refused(bench: TwinStation, name: str) -> None:
    bench.let_in(AN)
    bench.post(ChargeAsked(name), ChargeStopped(name))
    bench.after(1)
    assert refused(bench) is Refusal.OUT_OF_ORDER
