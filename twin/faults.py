"""Faults that can be planted in a room: a table from a name to what it does to the hardware.

A fault changes the world only; what the station makes of it is the edge's business. Names are also what
`room_process` takes over its control channel.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from twin.detectors import Detectors
from twin.fridge import Cabinet, ProbeState
from twin.locker import Slot
from twin.room import Room
from twin.spi import AdcState
from twin.strip import HOT_C, ROOM_C, Strip

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


def _appliances(faults: Faults, planted: bool, target: str | None) -> None:
    for name, appliance in faults.room.appliances.items():
        if target in (None, name):
            appliance.relay_stuck_on = planted


def _i2c_broken(faults: Faults, planted: bool, target: str | None) -> None:
    faults.room.lines.i2c_broken = planted


def _on_slots(act: Callable[[Slot, bool], None]) -> Setter:
    def set_to(faults: Faults, planted: bool, target: str | None) -> None:
        for name, slot in faults.room.locker.slots.items():
            if target in (None, name):
                act(slot, planted)

    return set_to


def _lock_stuck(slot: Slot, planted: bool) -> None:
    slot.lock_stuck = planted


def _on_basin(attribute: str) -> Setter:
    def set_to(faults: Faults, planted: bool, target: str | None) -> None:
        setattr(faults.room.basin, attribute, planted)

    return set_to


def _strips(act: Callable[[Strip, bool], None]) -> Setter:
    def set_to(faults: Faults, planted: bool, target: str | None) -> None:
        for name, strip in faults.room.strips.items():
            if target in (None, name):
                act(strip, planted)

    return set_to


def _heat(strip: Strip, planted: bool) -> None:
    strip.celsius = HOT_C if planted else ROOM_C


def _without_probe(strip: Strip, planted: bool) -> None:
    strip.probe.state = ProbeState.ABSENT if planted else ProbeState.GOOD


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


def _on_fridge(act: Callable[[Cabinet, bool, str | None], None]) -> Setter:
    def set_to(faults: Faults, planted: bool, target: str | None) -> None:
        if faults.room.fridge is not None:
            act(faults.room.fridge, planted, target)

    return set_to


def _probe(state: ProbeState) -> Setter:
    def act(fridge: Cabinet, planted: bool, target: str | None) -> None:
        for name, probe in fridge.probes.items():
            if target in (None, name):
                probe.state = state if planted else ProbeState.GOOD

    return _on_fridge(act)


def _scale(attribute: str) -> Setter:
    def act(fridge: Cabinet, planted: bool, target: str | None) -> None:
        for name, shelf in fridge.shelves.items():
            if target in (None, name):
                setattr(shelf, attribute, planted)

    return _on_fridge(act)


def _detector(act: Callable[[Detectors, bool], None]) -> Setter:
    return lambda faults, planted, target: act(faults.room.detectors, planted)


_TABLE = {
    "adc_absent": _Fault("the ADC is gone and the bus rests low", _on_adc(AdcState.ABSENT_LOW)),
    "adc_absent_high": _Fault("the ADC is gone and the bus rests high", _on_adc(AdcState.ABSENT_HIGH)),
    "amenity_stuck_on": _Fault("an amenity runs whatever it is told", _appliances),
    "camera_unplugged": _Fault("the camera drops and refuses connections", _camera_unplugged),
    "contact_stuck": _Fault("the door contact stays as it is now", _contact_stuck),
    "control_box_open": _Fault("somebody opened the lid of the control box", _detector(Detectors.lid)),
    "expander_lost": _Fault("nobody answers on the bus of the expanders", _i2c_broken),
    "drip_tray_full": _Fault("the drip tray is full", _on_basin("full")),
    "exit_stuck": _Fault("the exit button stays pressed", _exit_stuck),
    "fire": _Fault("the fire alarm is on; its relay frees the door in hardware too", _detector(Detectors.fire)),
    "fire_wire_cut": _Fault("the wire from the fire alarm to the board is cut", _detector(Detectors.cut_fire_wire)),
    "floor_wet": _Fault("water lies on the floor", _on_basin("wet")),
    "flow_meter_dead": _Fault("water runs but the meter gives no pulse", _on_taps("meter_dead")),
    "fridge_ajar": _Fault("a bottle keeps the door of the fridge from closing once it is open", _on_fridge(lambda fridge, planted, _: fridge.jam(planted))),
    "fridge_forced": _Fault("somebody breaks the fridge open; mended: shuts it", _on_fridge(lambda fridge, planted, _: fridge.force(planted))),
    "fridge_warm": _Fault("the compressor is dead, and it is 12 degrees in the fridge", _on_fridge(lambda fridge, planted, _: fridge.warm(planted))),
    "master_stuck_open": _Fault("the master valve lets water through whatever it is told", _on_basin("master_stuck_open")),
    "mains_water_off": _Fault("the valve opens but nothing runs", _on_taps("mains_on", False)),
    "over_current": _Fault("a socket takes 1500 W more than its load", _on_sockets("overload_w", OVERLOAD_W, 0.0)),
    "slot_contact_stuck": _Fault("a locker's slot says what it said, whatever lies in it", _on_slots(Slot.stick_contact)),
    "slot_stuck": _Fault("a locker's slot does not open", _on_slots(_lock_stuck)),
    "probe_absent": _Fault("a thermometer of the fridge is gone from its bus", _probe(ProbeState.ABSENT)),
    "probe_jumping": _Fault("a thermometer of the fridge jumps by 7 K", _probe(ProbeState.JUMPING)),
    "probe_stuck": _Fault("a thermometer of the fridge says what it said", _probe(ProbeState.STUCK)),
    "probe_unmeasured": _Fault("a thermometer of the fridge says 85, as after its power came", _probe(ProbeState.UNMEASURED)),
    "scale_drifting": _Fault("a scale of the fridge never comes to rest", _scale("drifting")),
    "scale_lost": _Fault("the wire to a scale of the fridge is broken", _scale("absent")),
    "strip_hot": _Fault("a socket strip is at 90 degrees", _strips(_heat)),
    "strip_probe_absent": _Fault("the thermometer of a socket strip is gone from its bus", _strips(_without_probe)),
    "relay_stuck_on": _Fault("a socket stays live whatever it is told", _on_sockets("relay_stuck_on", True, False)),
    "movement": _Fault("the movement sensor sees somebody all the time", _detector(Detectors.motion)),
    "smoke": _Fault("the smoke detector has tripped", _detector(Detectors.smoke)),
    "valve_slow": _Fault("the valve needs seconds to shut: an overrun", _on_taps("slow")),
    "valve_stuck_open": _Fault("water runs whatever the valve is told: a leak", _on_taps("stuck_open")),
    "valve_stuck_shut": _Fault("the valve never opens", _on_taps("stuck_shut")),
}
