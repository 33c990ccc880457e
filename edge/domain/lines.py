"""The table of contacts that change slowly: name, pin, and what counts as on. Their edges come as LineChanged; debouncing is the machines'.

Every contact is to ground with a pull-up: low is closed. Where a cut wire must be noticed, the contact is closed at rest and `on`
means open.
"""

from dataclasses import dataclass

from contract.config import StationConfig
from edge.domain.safe_state import amenity


@dataclass(frozen=True)
class InputLine:
    """`low_is_on`: whether the closed contact (low level) is what the machines call on."""

    name: str
    pin: int
    low_is_on: bool = True


FIRE, SMOKE, TAMPER, MOTION = "fire", "smoke", "tamper", "motion"
FLOOR, DRIP, FRIDGE = "floor", "drip", "fridge"
SLOT = "slot."


def slot(name: str) -> str:
    """Name of the contact that says whether a power bank lies in a locker's slot."""
    return f"{SLOT}{name}"


def lines(config: StationConfig) -> dict[str, InputLine]:
    """Every such contact of the station by name."""
    detectors, water = config.detectors, config.water
    table = [
        (FIRE, detectors.fire_pin, False), (SMOKE, detectors.smoke_pin, False), (TAMPER, detectors.tamper_pin, False),
        (MOTION, detectors.motion_pin, True), (FLOOR, water.floor_pin, True), (DRIP, water.drip_pin, True),
        (FRIDGE, config.fridge.contact_pin if config.fridge else None, True),
    ]  # fmt: skip
    table += [(slot(s.name), s.present_pin, True) for s in (config.lending.slots if config.lending else ())]
    return {name: InputLine(name, pin, low) for name, pin, low in table if pin is not None}


@dataclass(frozen=True)
class CurrentLine:
    """One current sensor at the converter: A = (V - zero_v) x amps_per_v."""

    name: str
    channel: int
    amps_per_v: float
    zero_v: float


def currents(config: StationConfig) -> list[CurrentLine]:
    """Every current sensor: sockets by their bare name, amenities as `amenity.NAME`."""
    table = [CurrentLine(s.name, s.adc_channel, s.amps_per_v, s.zero_v) for s in config.sockets]
    return table + [CurrentLine(amenity(a.name), a.adc_channel, a.amps_per_v, a.zero_v) for a in config.amenities if a.adc_channel is not None]
