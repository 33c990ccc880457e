"""Faults that can be planted in a room: a table from a name to what it does to the hardware.

A fault changes the world only; what the station makes of it is the edge's business. Names are also what
`room_process` takes over its control channel.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from twin.room import Room
from twin.spi import AdcState

if TYPE_CHECKING:
    from twin.socket_load import Socket
    from twin.tap import Tap

OVERLOAD_W = 1500.0

Setter = Callable[["Faults", bool, str | None], None]
"""(faults, planted, target): the target narrows a fault to one tap or socket."""


class Unpluggable(Protocol):
    """A camera, as far as a fault is concerned."""

    def unplug(self) -> None:
        """Drop and refuse all connections."""
        ...

    def plug(self) -> None:
        """Serve again."""
        ...


@dataclass(frozen=True)
class _Fault:
    meaning: str
    set_to: Setter


class Faults:
    """What is broken in one room."""

    def __init__(self, room: Room, camera: Unpluggable | None = None) -> None:
        self.room = room
        self.camera = camera
        self.planted: set[str] = set()

    def plant(self, name: str, target: str | None = None) -> None:
        """Break something. `target`: name of a tap or socket; None breaks each of that kind."""
        self._set(name, True, target)
        self.planted.add(name)

    def clear(self, name: str, target: str | None = None) -> None:
        """Mend it again."""
        self._set(name, False, target)
        self.planted.discard(name)

    def _set(self, name: str, planted: bool, target: str | None) -> None:
        if name not in _TABLE:
            raise ValueError(f'no fault is called "{name}"; there are: {", ".join(names())}')
        with self.room.lines.lock:
            _TABLE[name].set_to(self, planted, target)

    def taps(self, target: str | None) -> Iterable["Tap"]:
        """Return the taps that a fault is meant for."""
        return self.room.taps.values() if target is None else [self.room.taps[target]]

    def sockets(self, target: str | None) -> Iterable["Socket"]:
        """Return the sockets that a fault is meant for."""
        return self.room.sockets.values() if target is None else [self.room.sockets[target]]


def names() -> list[str]:
    """Return the names of all faults."""
    return sorted(_TABLE)


def meaning(name: str) -> str:
    """Return what a fault does, in words."""
    return _TABLE[name].meaning


def _on_taps(attribute: str, broken: bool = True) -> Setter:
    def set_to(faults: Faults, planted: bool, target: str | None) -> None:
        for tap in faults.taps(target):
            setattr(tap, attribute, broken if planted else not broken)

    return set_to


def _on_sockets(attribute: str, broken: float | bool, sound: float | bool) -> Setter:
    def set_to(faults: Faults, planted: bool, target: str | None) -> None:
        for socket in faults.sockets(target):
            setattr(socket, attribute, broken if planted else sound)

    return set_to


def _on_adc(state: AdcState) -> Setter:
    def set_to(faults: Faults, planted: bool, target: str | None) -> None:
        faults.room.adc.state = state if planted else AdcState.PRESENT

    return set_to


def _contact_stuck(faults: Faults, planted: bool, target: str | None) -> None:
    if planted:
        faults.room.door.contact_stuck = True
    else:
        faults.room.door.unstick_contact()


def _exit_stuck(faults: Faults, planted: bool, target: str | None) -> None:
    faults.room.door.exit_stuck = planted


def _camera_unplugged(faults: Faults, planted: bool, target: str | None) -> None:
    if faults.camera is None:
        raise ValueError("camera_unplugged: this room has no camera; give one to Faults(room, camera)")
    if planted:
        faults.camera.unplug()
    else:
        faults.camera.plug()


_TABLE = {
    "adc_absent": _Fault("the ADC is gone and the bus rests low", _on_adc(AdcState.ABSENT_LOW)),
    "adc_absent_high": _Fault("the ADC is gone and the bus rests high", _on_adc(AdcState.ABSENT_HIGH)),
    "camera_unplugged": _Fault("the camera drops and refuses connections", _camera_unplugged),
    "contact_stuck": _Fault("the door contact stays as it is now", _contact_stuck),
    "exit_stuck": _Fault("the exit button stays pressed", _exit_stuck),
    "flow_meter_dead": _Fault("water runs but the meter gives no pulse", _on_taps("meter_dead")),
    "mains_water_off": _Fault("the valve opens but nothing runs", _on_taps("mains_on", False)),
    "over_current": _Fault("a socket takes 1500 W more than its load", _on_sockets("overload_w", OVERLOAD_W, 0.0)),
    "relay_stuck_on": _Fault("a socket stays live whatever it is told", _on_sockets("relay_stuck_on", True, False)),
    "valve_stuck_open": _Fault("water runs whatever the valve is told: a leak", _on_taps("stuck_open")),
    "valve_stuck_shut": _Fault("the valve never opens", _on_taps("stuck_shut")),
}
