"""The table of outputs: what each is joined to, and how long it may be on without being asked again.

An output is a lease with a safe value. The safe value of every output of this house is OFF: lock secured (leaving is mechanical),
valve shut, socket dead, cabinet and slots locked, amenities off. The gpio adapter ends each lease by a hard timer; the guard process ends all of them.
"""

from dataclasses import dataclass

from contract.config import StationConfig

LOCK, MASTER, FRIDGE_LOCK, STATUS = "lock", "master", "fridge.lock", "status"
FLASH_S = 1.0
SPARE_S = 0.5
"""s that a lease outlives the core's own deadline, so that the core, which can say why, is first."""


@dataclass(frozen=True)
class Output:
    """`pin` is a BCM number; `longest_s` is the lease."""

    name: str
    pin: int
    active_high: bool
    longest_s: float


def valve(tap: str) -> str:
    """Name of a tap's valve output."""
    return f"valve.{tap}"


def socket(name: str) -> str:
    """Name of a socket's relay output."""
    return f"socket.{name}"


def slot(name: str) -> str:
    """Name of the lock of a slot of the locker."""
    return f"slot.{name}"


def amenity(name: str) -> str:
    """Name of an amenity's relay output."""
    return f"amenity.{name}"


def outputs(config: StationConfig) -> dict[str, Output]:
    """Every output of the station by name."""
    door = config.door
    table = [Output(LOCK, door.lock_pin, door.lock_active_high, door.unlock_s + SPARE_S)]
    table += [Output(valve(t.name), t.valve_pin, t.valve_active_high, t.max_s + SPARE_S) for t in config.taps]
    table += [Output(socket(s.name), s.relay_pin, s.relay_active_high, s.max_s + SPARE_S) for s in config.sockets]
    table += _indoors(config)
    return {output.name: output for output in table}


def _indoors(config: StationConfig) -> list[Output]:
    water, fridge, lending = config.water, config.fridge, config.lending
    table = [Output(amenity(a.name), a.relay_pin, a.relay_active_high, a.max_s + SPARE_S) for a in config.amenities]
    if water.master_pin is not None:
        longest = max((tap.max_s for tap in config.taps), default=0.0)
        table.append(Output(MASTER, water.master_pin, water.master_active_high, longest + 2 * SPARE_S))
    if config.status.light_pin is not None:
        table.append(Output(STATUS, config.status.light_pin, config.status.light_active_high, FLASH_S))
    if fridge:
        table.append(Output(FRIDGE_LOCK, fridge.lock_pin, fridge.lock_active_high, fridge.unlock_s + SPARE_S))
    if lending:
        table += [Output(slot(s.name), s.lock_pin, s.lock_active_high, lending.unlock_s + SPARE_S) for s in lending.slots]
    return table
