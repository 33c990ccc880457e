"""Where faults and acts of one room are asked for by name from outside: what there is, what is planted now, and faults that mend themselves in time.

The messages are those of a control channel: `op` and its arguments, all JSON.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from math import inf
from typing import Any

from twin import acts, first_stock
from twin.faults import Faults, meaning, names
from twin.room import Room

CAMERA = "camera_unplugged"
LONGEST_S = 7 * 86_400.0


def _taps(room: Room) -> list[str]:
    return list(room.taps)


def _sockets(room: Room) -> list[str]:
    return list(room.sockets)


def _amenities(room: Room) -> list[str]:
    return list(room.appliances)


def _slots(room: Room) -> list[str]:
    return list(room.locker.slots)


def _probes(room: Room) -> list[str]:
    return list(room.fridge.probes) if room.fridge else []


def _shelves(room: Room) -> list[str]:
    return list(room.fridge.shelves) if room.fridge else []


def _strips(room: Room) -> list[str]:
    return list(room.strips)


def _fridge(room: Room) -> list[str]:
    return ["fridge"] if room.fridge else []


TARGETS: dict[str, Callable[[Room], list[str]]] = {
    "amenity_stuck_on": _amenities, "flow_meter_dead": _taps, "mains_water_off": _taps, "over_current": _sockets, "probe_absent": _probes,
    "probe_jumping": _probes, "probe_stuck": _probes, "probe_unmeasured": _probes, "relay_stuck_on": _sockets, "scale_drifting": _shelves,
    "scale_lost": _shelves, "slot_contact_stuck": _slots, "slot_stuck": _slots, "valve_slow": _taps, "valve_stuck_open": _taps, "valve_stuck_shut": _taps,
    "strip_hot": _strips, "strip_probe_absent": _strips, "fridge_ajar": _fridge, "fridge_forced": _fridge, "fridge_warm": _fridge,
}  # fmt: skip
"""Faults that can be narrowed to one part, with the parts of a room; the others are the room's as a whole."""


@dataclass(frozen=True)
class FaultRow:
    """One fault at one station. `fitted`: whether there is anything to break; `planted`: what is broken now, "" for all; `left_s`: s until
    it mends itself, of those that do."""

    name: str
    meaning: str
    targets: list[str]
    fitted: bool
    planted: list[str]
    left_s: dict[str, float] = field(default_factory=dict)


class Planted:
    """What is broken now, and when that ends. Times are monotonic seconds."""

    def __init__(self) -> None:
        self._until: dict[tuple[str, str | None], float] = {}

    def add(self, name: str, target: str | None, for_s: float | None) -> None:
        """`for_s`: s until it is due, None for never.

        Raises:
            ValueError: a time that can not be.
        """
        if for_s is not None and not 0 < for_s <= LONGEST_S:
            raise ValueError(f"{for_s:g} s is no time for a fault: above 0 and at most {LONGEST_S / 86_400:g} days")
        self._until[name, target] = inf if for_s is None else time.monotonic() + for_s

    def drop(self, name: str, target: str | None) -> None:
        """Without a target all of that name."""
        self._until = {key: until for key, until in self._until.items() if key[0] != name or target not in (None, key[1])}

    def of(self, name: str) -> list[str]:
        """Targets of one fault."""
        return sorted(target or "" for each, target in self._until if each == name)

    def left_s(self, name: str) -> dict[str, float]:
        """Target -> s until it mends itself."""
        now = time.monotonic()
        return {target or "": max(0.0, until - now) for (each, target), until in self._until.items() if each == name and until < inf}

    def all(self) -> list[tuple[str, str | None]]:
        """Oldest first."""
        return list(self._until)

    def due(self) -> list[tuple[str, str | None]]:
        """What is to be mended now."""
        now = time.monotonic()
        return [key for key, until in self._until.items() if until <= now]


class FaultDesk:
    """Of one room."""

    def __init__(self, faults: Faults) -> None:
        self._faults, self._room = faults, faults.room
        self._planted = Planted()

    def rows(self) -> list[FaultRow]:
        """Every fault that this room can have."""
        return [self._row(name) for name in names() if name != CAMERA or self._faults.camera]

    def plant(self, name: str, target: str | None = None, for_s: float | None = None) -> None:
        """Break something.

        Raises:
            ValueError: no such fault, no such target, nothing of it here.
        """
        self._check(name, target)
        self._planted.add(name, target, for_s)
        self._faults.plant(name, target)

    def clear(self, name: str, target: str | None = None) -> None:
        """Mend it. Raises: ValueError, as plant."""
        self._check(name, target)
        self._faults.clear(name, target)
        self._planted.drop(name, target)
        if name in self._still():
            self._faults.planted.add(name)

    def clear_all(self) -> int:
        """Mend everything; how many faults that were."""
        found = self._planted.all()
        for name, target in found:
            self.clear(name, target)
        return len(found)

    def tick(self) -> None:
        """Mend what is due."""
        for name, target in self._planted.due():
            self.clear(name, target)

    def _still(self) -> set[str]:
        return {name for name, _ in self._planted.all()}

    def _row(self, name: str) -> FaultRow:
        targets = TARGETS[name](self._room) if name in TARGETS else []
        return FaultRow(name, meaning(name), targets, name not in TARGETS or bool(targets), self._planted.of(name), self._planted.left_s(name))

    def _check(self, name: str, target: str | None) -> None:
        if name not in names():
            raise ValueError(f'no fault is called "{name}"; there are: {", ".join(names())}')
        if name not in TARGETS:
            if target is not None:
                raise ValueError(f"{name} takes no target: it is the room's as a whole")
            return
        there = TARGETS[name](self._room)
        if not there:
            raise ValueError(f"{name}: this room has nothing of that kind")
        if target is not None and target not in there:
            raise ValueError(f'{name}: no target is called "{target}"; there are: {", ".join(there)}')


OPS: dict[str, Callable[..., object]] = {
    "faults": lambda desk, room: [asdict(row) for row in desk.rows()],
    "plant": lambda desk, room, name, target=None, for_s=None: desk.plant(name, target, for_s),
    "clear": lambda desk, room, name, target=None: desk.clear(name, target),
    "clear_all": lambda desk, room: desk.clear_all(),
    "stock": lambda desk, room, pieces: first_stock.put(room, pieces),
    "acts": lambda desk, room: {name: {"meaning": act.meaning, "arguments": act.arguments()} for name, act in sorted(acts.ACTS.items())},
    "act": lambda desk, room, name, arguments=None: acts.do(room, name, **(arguments or {})),
}


def answer(desk: FaultDesk, room: Room, message: Mapping[str, Any]) -> object:
    """To one message.

    Raises:
        ValueError: refused, in words.
    """
    asked = dict(message)
    op = OPS.get(asked.pop("op", ""))
    if op is None:
        raise ValueError(f"no such question; there are: {', '.join(OPS)}")
    return op(desk, room, **asked)
