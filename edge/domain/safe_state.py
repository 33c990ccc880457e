"""The table of outputs: what each is joined to, and how long it may be on without being asked again.

An output is a lease with a safe value. The safe value of every output of this house is OFF: lock secured (leaving is mechanical),
valve shut, socket dead. The gpio adapter ends each lease by a hard timer; the guard process ends all of them.
"""

from dataclasses import dataclass

from contract.config import StationConfig

LOCK = "lock"
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


def outputs(config: StationConfig) -> dict[str, Output]:
    """Every output of the station by name."""
    door = config.door
    table = [Output(LOCK, door.lock_pin, door.lock_active_high, door.unlock_s + SPARE_S)]
    table += [Output(valve(t.name), t.valve_pin, t.valve_active_high, t.max_s + SPARE_S) for t in config.taps]
    table += [Output(socket(s.name), s.relay_pin, s.relay_active_high, s.max_s + SPARE_S) for s in config.sockets]
    return {output.name: output for output in table}
