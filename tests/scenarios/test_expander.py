"""Outputs and contacts on an I2C expander: the same rules as on the header, and what happens when the bus is silent."""

from __future__ import annotations

import pytest

from contract.amenity import AmenityEnded
from contract.facts import FaultCleared, FaultCode, FaultRaised, Stop
from edge.domain.room_messages import AmenityAsked, LineChanged
from edge.expander import GPPU, IODIR
from tests.scenarios.conftest import Build
from tests.scenarios.people import AN
from twin.expander import TwinBus
from twin.station import TwinStation

FAN = {"name": "fan", "relay_pin": 103, "max_s": 300}
LAMP = {"name": "lamp", "relay_pin": 117, "relay_active_high": False, "max_s": 300}
SECTIONS = {"amenities": [FAN, LAMP], "expanders": 2, "water": {"drip_pin": 110}}


def running(bench: TwinStation) -> list[str]:
    return sorted(name for name, truth in bench.world.truth().amenities.items() if truth.running)


def start_both(build: Build) -> TwinStation:
    bench = build(**SECTIONS)
    bench.let_in(AN)
    bench.post(AmenityAsked("fan"), AmenityAsked("lamp"))
    bench.after(1)
    assert running(bench) == ["fan", "lamp"]
    return bench


def raised(bench: TwinStation) -> list[FaultCode]:
    return [fact.fault for fact in bench.cloud.of(FaultRaised)]


@pytest.mark.slow
def test_outputs_on_an_expander_obey(build: Build) -> None:
    bench = start_both(build)
    bench.after(301)
    assert running(bench) == [] and raised(bench) == []


def test_the_guard_makes_an_expander_safe_which_keeps_its_levels(build: Build) -> None:
    bench = start_both(build)
    bench.kill()
    bench.after(1)
    assert running(bench) == ["fan", "lamp"]
    bench.after(1)
    assert running(bench) == []
    bench.boot()
    bench.let_in(AN)
    bench.post(AmenityAsked("fan"))
    bench.after(1)
    assert running(bench) == ["fan"]


def test_a_contact_on_an_expander_is_seen(build: Build) -> None:
    bench = build(**SECTIONS)
    heard: list[object] = []
    handle = bench.assembly.core.handle
    bench.assembly.core.handle = lambda one, now: (heard.append(one), handle(one, now))[1]  # type: ignore[method-assign,assignment]
    bench.after(1)
    assert not [one for one in heard if one == LineChanged("drip", True)]
    bench.pins.room_side.drive(110, False)
    bench.after(0.5)
    bench.pins.room_side.drive(110, None)
    bench.after(0.5)
    changes = [one.on for one in heard if isinstance(one, LineChanged) and one.line == "drip"]
    assert changes == [True, False]


def test_a_silent_bus_ends_what_hangs_on_it_and_comes_back_off(build: Build) -> None:
    bench = start_both(build)
    bench.faults.plant("expander_lost")
    bench.after(2)
    assert FaultCode.EXPANDER_LOST in raised(bench)
    assert {fact.stop for fact in bench.cloud.of(AmenityEnded)} == {Stop.FAULT}
    assert running(bench) == ["fan", "lamp"]  # nobody can reach the chip: docs/wiring.md has a hardware timer for this
    bench.faults.clear("expander_lost")
    bench.after(2)
    assert running(bench) == []
    assert FaultCode.EXPANDER_LOST in [fact.fault for fact in bench.cloud.of(FaultCleared)]
    bench.post(AmenityAsked("fan"))
    bench.after(1)
    assert running(bench) == ["fan"]


def test_a_chip_that_lost_its_supply_is_set_up_again(build: Build) -> None:
    bench = start_both(build)
    bus = TwinBus(bench.pins.room_side)
    for register in (IODIR, IODIR + 1):
        bus.write_byte_data(0x20, register, 0xFF)
    for register in (GPPU, GPPU + 1):
        bus.write_byte_data(0x20, register, 0)
    bench.after(3)
    assert FaultCode.EXPANDER_LOST in raised(bench) and running(bench) == []
    assert FaultCode.EXPANDER_LOST in [fact.fault for fact in bench.cloud.of(FaultCleared)]
    bench.post(AmenityAsked("fan"))
    bench.after(1)
    assert running(bench) == ["fan"]
    assert bus.read_byte_data(0x20, GPPU + 1) & 1 << 2
