"""Amenities: a microwave that somebody starts, a light that follows people, and what an empty room, a fault and a kill do to them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from contract.amenity import AmenityEnded, AmenityRefused, AmenityStarted
from contract.facts import FaultCode, FaultRaised, Refusal, Stop
from contract.roster import Role
from edge.domain.messages import MoreTimeAsked, RosterReceived
from edge.domain.room_messages import AmenityAsked, AmenityStopped
from tests.scenarios.conftest import Build
from tests.scenarios.people import AN, people
from tests.station_parts import FailingLedger
from twin.clock import TwinClock
from twin.station import TwinStation, roster

pytestmark = pytest.mark.slow  # seconds in all

MICROWAVE = {"name": "microwave", "relay_pin": 16, "icon": "microwave", "max_s": 120, "cool_down_s": 60, "rated_w": 900}
LIGHT = {"name": "light", "relay_pin": 20, "icon": "light", "mode": "while_occupied", "runs_at_rest": True, "max_s": 60, "off_empty_s": 30}
AIR = {"name": "air", "relay_pin": 21, "icon": "air", "mode": "while_occupied", "max_s": 600, "off_empty_s": 90, "adc_channel": 4,
       "rated_w": 1200, "amps_per_v": 5}  # fmt: skip
PUMP = {"name": "pump", "relay_pin": 12, "who": "stewards"}
ALL = [MICROWAVE, LIGHT, AIR, PUMP]
FITTED: dict[str, object] = {"amenities": ALL}


def room(build: Build) -> TwinStation:
    bench = build(**FITTED)
    bench.after(1)
    return bench


def runs(bench: TwinStation, name: str) -> bool:
    return bench.world.truth().amenities[name].running


def ended(bench: TwinStation, name: str) -> list[AmenityEnded]:
    return [fact for fact in bench.cloud.of(AmenityEnded) if fact.amenity == name]


def test_a_microwave_runs_its_time_and_rests(build: Build) -> None:
    bench = room(build)
    check_a_run_ends_by_itself(bench)
    [end] = ended(bench, "microwave")
    assert (end.stop, end.measured, end.person) == (Stop.TIME_LIMIT, False, AN)
    assert end.energy_wh is not None and abs(end.energy_wh - 30) < 1  # 900 W for 120 s
    bench.post(AmenityAsked("microwave"))
    bench.after(1)
    assert not runs(bench, "microwave") and bench.cloud.of(AmenityRefused)[-1].reason is Refusal.COOLING
    bench.post(MoreTimeAsked())
    bench.after(60)
    bench.post(AmenityAsked("microwave"))
    bench.after(1)
    assert runs(bench, "microwave")


def test_energy_is_counted_by_the_day(build: Build) -> None:
    two_to_midnight = TwinClock(datetime(2026, 3, 2, 15, 58, tzinfo=UTC))
    bench = build(amenities=[MICROWAVE, AIR], telemetry={"sample_s": 10, "batch": 1}, clock=two_to_midnight)
    bench.let_in(AN)
    bench.post(AmenityAsked("microwave"))
    bench.after(60)
    assert today(bench, "microwave") == pytest.approx(900 * 60 / 3600, abs=3)
    before = today(bench, "air")
    assert before > 10
    bench.after(90)  # past midnight at UTC+8
    assert today(bench, "microwave") < 2  # it ran five seconds into the new day
    assert 0 < today(bench, "air") < before


def today(bench: TwinStation, name: str) -> float:
    """Wh of the newest sample."""
    bench.after(11)
    value = bench.cloud.samples[-1].data.columns[f"amenity_wh.{name}"][-1]
    assert value is not None
    return value


def test_nobody_starts_one_from_an_empty_room_and_anybody_stops_it(build: Build) -> None:
    bench = room(build)
    bench.post(AmenityAsked("microwave"))
    bench.after(1)
    assert not runs(bench, "microwave") and bench.cloud.of(AmenityRefused)[-1].reason is Refusal.NOT_IDENTIFIED
    bench.let_in(AN)
    bench.post(AmenityAsked("microwave"), AmenityAsked("no-such"))
    bench.after(1)
    assert bench.cloud.of(AmenityRefused)[-1].reason is Refusal.OUT_OF_ORDER
    bench.post(AmenityStopped("microwave"), AmenityStopped("no-such"))
    bench.after(1)
    assert not runs(bench, "microwave") and ended(bench, "microwave")[-1].stop is Stop.PERSON


def check_an_empty_room_switches_off(bench: TwinStation) -> None:
    """Light and air go with people, a running microwave ends."""
    bench.after(200)
    assert not runs(bench, "light") and not runs(bench, "air")
    bench.let_in(AN)
    assert runs(bench, "light") and runs(bench, "air")
    bench.post(AmenityAsked("microwave"))
    bench.after(20)
    bench.walk_out()
    bench.after(25)
    assert runs(bench, "light") and runs(bench, "air")
    bench.after(40)
    assert not runs(bench, "light") and runs(bench, "air")
    bench.after(40)
    assert not runs(bench, "air") and not runs(bench, "microwave")


def test_an_empty_room_switches_off(build: Build) -> None:
    bench = room(build)
    check_an_empty_room_switches_off(bench)
    assert ended(bench, "light")[-1].stop is Stop.ROOM_EMPTY
    [air] = ended(bench, "air")
    truth = bench.world.truth().amenities["air"].used_wh
    assert air.measured and air.energy_wh is not None and abs(air.energy_wh - truth) < 0.05 * truth


@pytest.mark.slow
def test_the_light_is_held_off_for_hours_and_burns_when_software_dies(build: Build) -> None:
    bench = room(build)
    bench.after(3600)
    assert not runs(bench, "light")
    assert len(bench.cloud.of(AmenityStarted)) == 0
    bench.kill()
    bench.after(3)
    assert runs(bench, "light") and not runs(bench, "air")


def test_who_switched_the_light_off_is_left_in_peace(build: Build) -> None:
    bench = room(build)
    bench.let_in(AN)
    bench.post(AmenityStopped("light"))
    bench.after(150)
    assert not runs(bench, "light")
    bench.post(AmenityAsked("light"))
    bench.after(1)
    assert runs(bench, "light")


def check_smoke_takes_the_power(bench: TwinStation) -> None:
    bench.let_in(AN)
    bench.post(AmenityAsked("microwave"))
    bench.after(1)
    now = bench.clock.monotonic()
    bench.assembly.station._finish(bench.assembly.core.faults.raise_(FaultCode.SMOKE, "", "test", now), now)
    bench.after(0.5)
    assert not runs(bench, "microwave") and not runs(bench, "air")


def test_smoke_takes_the_power_and_leaves_the_light(build: Build) -> None:
    bench = room(build)
    check_smoke_takes_the_power(bench)
    assert runs(bench, "light")
    assert ended(bench, "microwave")[-1].stop is Stop.FAULT


def check_a_run_that_is_not_recorded_never_was(bench: TwinStation) -> None:
    bench.let_in(AN)
    highs: list[bool] = []
    bench.pins.room_side.listen(16, lambda high: highs.append(high))
    station = bench.assembly.station
    failing = FailingLedger(station._around.ledger)  # type: ignore[arg-type]
    failing.fails = True
    station._around = replace(station._around, ledger=failing)
    bench.post(AmenityAsked("microwave"))
    bench.after(1)
    assert True not in highs and not runs(bench, "microwave")
    failing.fails = False
    bench.after(10)
    assert [fact for fact in bench.cloud.of(AmenityStarted) if fact.amenity == "microwave"] == []


def test_a_run_that_is_not_recorded_never_was(build: Build) -> None:
    check_a_run_that_is_not_recorded_never_was(room(build))


def test_a_kill_ends_a_run_and_the_next_start_says_so(build: Build) -> None:
    bench = room(build)
    bench.let_in(AN)
    bench.post(AmenityAsked("microwave"))
    bench.after(5)
    bench.kill()
    bench.after(3)
    assert not runs(bench, "microwave")
    bench.boot()
    bench.after(2)
    [end] = ended(bench, "microwave")
    assert (end.stop, end.lasted_s, end.energy_wh) == (Stop.INTERRUPTED, None, None)
    bench.kill()
    bench.boot()
    bench.after(2)
    assert len(ended(bench, "microwave")) == 1


def check_a_relay_that_sticks_is_told(bench: TwinStation) -> None:
    bench.faults.plant("amenity_stuck_on", "air")
    bench.after(10)
    assert [(fact.fault, fact.part) for fact in bench.cloud.of(FaultRaised) if fact.fault is FaultCode.AMENITY_STUCK] == [(FaultCode.AMENITY_STUCK, "air")]


def test_a_relay_that_sticks_is_told(build: Build) -> None:
    check_a_relay_that_sticks_is_told(room(build))


def check_a_run_ends_by_itself(bench: TwinStation) -> None:
    """After its 120 s, though somebody is inside, and before the lease would end it at 120.5 s."""
    bench.let_in(AN)
    bench.post(AmenityAsked("microwave"))
    bench.after(119.5)
    assert runs(bench, "microwave")
    bench.after(0.8)
    assert not runs(bench, "microwave")
    assert [fact.stop for fact in ended(bench, "microwave")] == [Stop.TIME_LIMIT]


def test_only_stewards_see_and_start_what_is_theirs(build: Build) -> None:
    bench = room(build)
    bench.let_in(AN)
    assert "pump" not in {view.name for view in bench.screen.amenities}
    bench.post(AmenityAsked("pump"))
    bench.after(1)
    assert not runs(bench, "pump") and bench.cloud.of(AmenityRefused)[-1].reason is Refusal.NO_RIGHT
    everybody = [who.model_copy(update={"role": Role.STEWARD}) if who.person == AN else who for who in people()]
    bench.post(RosterReceived(roster(*everybody, version=2)))
    bench.after(1)
    assert "pump" in {view.name for view in bench.screen.amenities}
    bench.post(AmenityAsked("pump"))
    bench.after(1)
    assert runs(bench, "pump")
