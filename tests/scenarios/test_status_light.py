"""The lamp outside: dark when all is well, flashes while operators are needed, fast when somebody looks for the station."""

from __future__ import annotations

from itertools import pairwise

from contract.commands import Identify
from contract.facts import FaultCode
from edge.domain.messages import CommandReceived
from tests.scenarios.conftest import Build
from twin.station import TwinStation

LAMP = 16
STARTED = 1002.0
"""Monotonic s; the twin's clock begins at 1,000."""
SECTIONS: dict[str, object] = {"status": {"light_pin": LAMP}, "detectors": {"tamper_pin": 20}}


def edges(bench: TwinStation) -> list[tuple[float, bool]]:
    """(monotonic s, lit) of each change since the station heard its guard: before, it flashes once."""
    return [(at, lit) for at, lit in bench.pins.room_side.timeline(LAMP) if at > STARTED]


def test_it_is_dark_when_all_is_well(build: Build) -> None:
    bench = build(**SECTIONS)
    bench.after(5)
    bench.after(60)
    assert not any(lit for _, lit in edges(bench))


def test_it_blinks_fast_for_who_looks_for_the_station(build: Build) -> None:
    bench = build(**SECTIONS)
    bench.after(5)
    bench.post(CommandReceived(Identify(id="c-1").model_dump_json().encode()))
    bench.after(30)
    lit = [at for at, on in edges(bench) if on]
    assert 15 <= len(lit) <= 21 and lit[-1] - lit[0] <= 10.5
    assert not edges(bench)[-1][1]


def test_it_flashes_while_somebody_is_needed_and_stops_then(build: Build) -> None:
    bench = build(**SECTIONS)
    bench.after(5)
    bench.faults.plant("control_box_open")
    bench.after(31)
    bright = [later - at for (at, on), (later, _) in pairwise(edges(bench)) if on]
    assert 5 <= len(bright) <= 7 and all(0.2 < seconds < 0.7 for seconds in bright)
    bench.faults.clear("control_box_open")
    bench.after(2)
    count = len(edges(bench))
    bench.after(20)
    assert len(edges(bench)) == count and not edges(bench)[-1][1]


def test_a_secret_fault_is_not_told_to_the_street(build: Build) -> None:
    bench = build(**SECTIONS)
    bench.after(5)
    now = bench.clock.monotonic()
    bench.assembly.station._finish(bench.assembly.core.faults.raise_(FaultCode.DURESS, "", "", now), now)
    bench.after(20)
    assert not any(lit for _, lit in edges(bench))


def test_it_goes_dark_when_software_dies(build: Build) -> None:
    bench = build(**SECTIONS)
    bench.after(5)
    bench.post(CommandReceived(Identify(id="c-1").model_dump_json().encode()))
    while not bench.pins.room_side.level(LAMP):
        bench.after(0.05)
    bench.kill()
    bench.after(3)
    assert not bench.pins.room_side.level(LAMP)
