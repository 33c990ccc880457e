"""What breaks at a socket: cut at once, told once, kept cut until a person looked; loads that must not be charged here."""

from __future__ import annotations

import pytest

from contract.charging import OcppError, OcppReason, ocpp_error, ocpp_reason
from contract.facts import ChargeEnded, ChargeRefused, FaultCode, FaultRaised, Refusal, Stop
from edge.domain.room_messages import ChargeAsked, ChargeStopped, TemperatureRead
from edge.domain.screen import Notice, PartState
from tests.scenarios.conftest import Build
from tests.scenarios.people import AN, socket
from tests.scenarios.test_charger import FIRST, SECOND, ask_again_later, charging, ended, live, refused
from twin.station import TwinStation

pytestmark = pytest.mark.slow

STRIP: dict[str, object] = {"charging": {"probes": [{"name": "strip", "id": "28-0123456789ab"}]}, "sockets": [FIRST | {"temperature_probe": "strip"}, SECOND]}
DETECTOR: dict[str, object] = {"detectors": {"smoke_pin": 6}}


def faults(bench: TwinStation) -> list[tuple[FaultCode, str]]:
    """Told to operators, each once."""
    return [(fact.fault, fact.part) for fact in bench.cloud.of(FaultRaised)]


def warm(bench: TwinStation, celsius: float, seconds: float = 6.0) -> None:
    """The strip of socket 1 has this temperature, for longer than a look at its probe."""
    bench.world.strips["strip"].celsius = celsius
    bench.after(seconds)


# ---- too much, too hot, smoke


@pytest.mark.parametrize("watts", [210.0, 700.0, 1500.0])
def test_over_current_is_cut_within_a_second(bench: TwinStation, watts: float) -> None:
    """From its first moment, not from the first reading; the last one is past the range of the sensor."""
    charging(bench)
    bench.after(5.15)
    bench.world.sockets["1"].overload_w = watts
    bench.after(1.02)
    assert not live(bench)
    assert (FaultCode.OVER_POWER, "1") in faults(bench) or watts > 759
    bench.after(1)
    assert (FaultCode.OVER_POWER, "1") in faults(bench)


def check_heat_cuts_the_socket(bench: TwinStation) -> None:
    """90 degrees at the strip: dead with the next reading, and it stays so when it is cold again."""
    warm(bench, 30.0)
    charging(bench)
    assert live(bench)
    bench.faults.plant("strip_hot")
    bench.after(6)
    assert not live(bench)
    warm(bench, 25.0)
    bench.post(ChargeAsked("1"))
    bench.after(1)
    assert not live(bench)


def test_heat_cuts_the_socket(build: Build) -> None:
    bench = build(**STRIP)
    check_heat_cuts_the_socket(bench)
    assert faults(bench) == [(FaultCode.OVER_TEMPERATURE, "1")]
    assert refused(bench) is Refusal.OUT_OF_ORDER
    assert socket(bench, "2").state is PartState.READY


def test_a_probe_that_just_came_up_is_not_believed(build: Build) -> None:
    bench = build(**STRIP)
    warm(bench, 25.0)
    charging(bench)
    warm(bench, 85.0)
    bench.post(TemperatureRead("strip", -127.0), TemperatureRead("strip", float("nan")))
    warm(bench, 25.0)
    assert live(bench) and faults(bench) == []
    for celsius in (40.0, 60.0, 69.0, 78.0):
        warm(bench, celsius)
    assert not live(bench)


def check_a_silent_probe_ends_the_charge(bench: TwinStation) -> None:
    """Within a minute, and none begins without its reading."""
    warm(bench, 25.0)
    charging(bench)
    bench.faults.plant("strip_probe_absent")
    bench.after(70)
    assert not live(bench)
    bench.post(ChargeAsked("1"))
    bench.after(1)
    assert not live(bench)


def test_a_silent_probe_ends_the_charge(build: Build) -> None:
    bench = build(**STRIP)
    check_a_silent_probe_ends_the_charge(bench)
    assert faults(bench) == [(FaultCode.PROBE_LOST, "strip")]
    assert (ended(bench).stop, socket(bench).state) == (Stop.FAULT, PartState.OUT_OF_ORDER)
    bench.faults.clear("strip_probe_absent")
    warm(bench, 25.0)
    bench.post(ChargeAsked("1"))
    bench.after(1)
    assert live(bench), "it comes back by itself"


def test_smoke_cuts_every_socket(build: Build) -> None:
    bench = charging(build(**DETECTOR))
    bench.faults.plant("smoke")
    bench.after(1)
    assert not live(bench)
    bench.faults.clear("smoke")
    bench.after(60)
    bench.post(ChargeAsked("2"))
    bench.after(1)
    assert not live(bench, "2"), "until a person looked"
    assert (FaultCode.SMOKE, "") in faults(bench) and len(faults(bench)) == 1


# ---- a relay that does not open


def check_a_stuck_relay_is_told(bench: TwinStation) -> None:
    """Nothing here can switch it off; whoever stands before it must read it."""
    charging(bench)
    bench.faults.plant("relay_stuck_on", "1")
    bench.after(5)
    bench.post(ChargeStopped("1"))
    bench.after(4.2)
    assert live(bench), "the twin's relay is stuck"
    assert bench.screen.faults and bench.screen.faults[0].fault is FaultCode.RELAY_STUCK
    ask_again_later(bench)
    assert refused(bench) is Refusal.OUT_OF_ORDER


def test_a_stuck_relay_is_told(bench: TwinStation) -> None:
    check_a_stuck_relay_is_told(bench)
    assert faults(bench) == [(FaultCode.RELAY_STUCK, "1")]
    bench.faults.clear("relay_stuck_on", "1")
    bench.after(60)
    assert socket(bench).state is PartState.OUT_OF_ORDER, "latched"


def test_noise_is_no_stuck_relay(bench: TwinStation) -> None:
    bench.world.plug("1", "phone")
    bench.after(120)
    assert faults(bench) == []


# ---- loads that must not be charged here


def check_an_ebike_below_the_cap_is_cut(bench: TwinStation) -> None:
    """164 W: a minute and a bit, then polite words; the same person gets no other socket for a while."""
    charging(bench, "ebike_usual")
    bench.after(62)
    assert not live(bench)
    bench.world.plug("2", "ebike_usual")
    bench.post(ChargeAsked("2"))
    bench.after(1)
    assert not live(bench, "2")


def test_an_ebike_below_the_cap_is_cut(bench: TwinStation) -> None:
    check_an_ebike_below_the_cap_is_cut(bench)
    assert ended(bench).stop is Stop.EBIKE_SUSPECTED
    assert refused(bench) is Refusal.LOAD_REFUSED
    assert faults(bench) == [], "the socket itself is sound"
    assert bench.cloud.of(ChargeRefused)[-1].socket == "2"
    bench.after(900)
    bench.let_in(AN)
    bench.world.plug("2", "phone")
    bench.post(ChargeAsked("2"))
    bench.after(1)
    assert live(bench, "2")


@pytest.mark.parametrize("load", ["laptop_65", "laptop_100"])
def test_a_computer_is_charged(bench: TwinStation, load: str) -> None:
    charging(bench, load)
    bench.after(1800)
    assert live(bench) and bench.cloud.of(ChargeEnded) == []


def test_the_words_are_shown(bench: TwinStation) -> None:
    charging(bench, "ebike_usual")
    bench.after(61)
    assert (bench.screen.notice, bench.screen.reason) == (Notice.CHARGE_DONE, Stop.EBIKE_SUSPECTED)


# ---- in the words of another protocol


def test_every_reason_and_fault_has_a_word_of_ocpp() -> None:
    assert {ocpp_reason(stop) for stop in Stop} == set(OcppReason)
    assert {ocpp_error(fault) for fault in (*FaultCode, None)} == set(OcppError)


@pytest.mark.parametrize(
    ("fault", "word"),
    [
        (FaultCode.OVER_POWER, "OverCurrentFailure"), (FaultCode.OVER_TEMPERATURE, "HighTemperature"), (FaultCode.METER_LOST, "PowerMeterFailure"),
        (FaultCode.RELAY_STUCK, "PowerSwitchFailure"), (FaultCode.SLOT_STUCK, "ConnectorLockFailure"), (FaultCode.SMOKE, "OtherError"), (None, "NoError"),
    ],
)  # fmt: skip
def test_faults_of_sockets_by_name(fault: FaultCode | None, word: str) -> None:
    assert ocpp_error(fault) == word
