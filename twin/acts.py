"""What people do in a room, as a table: name, meaning, what is done. Names are what the control channel of a room process takes.

Every argument has a default, so that a name alone does something sensible. An act that can not be done says so with False or 0; nothing here
asks what the station believes.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from inspect import signature

from twin.fridge import Cabinet
from twin.locker import Slot
from twin.room import EXIT_PRESS_S, FOREVER_S, PASS_S, Room

Done = bool | int | None


@dataclass(frozen=True)
class Act:
    """`does` takes the room and keyword arguments."""

    meaning: str
    does: Callable[..., Done]

    def arguments(self) -> dict[str, object]:
        """Names with their defaults."""
        return {name: parameter.default for name, parameter in list(signature(self.does).parameters.items())[1:]}


def names() -> list[str]:
    """Of all acts."""
    return sorted(ACTS)


def do(room: Room, name: str, **arguments: object) -> Done:
    """Let a person do something.

    Raises:
        ValueError: no such act, an argument that it does not take, or nothing here to do it with.
    """
    if name not in ACTS:
        raise ValueError(f'no act is called "{name}"; there are: {", ".join(names())}')
    act = ACTS[name]
    unknown = sorted(set(arguments) - set(act.arguments()))
    if unknown:
        raise ValueError(f"{name} does not take {', '.join(unknown)}; it takes: {', '.join(act.arguments()) or 'nothing'}")
    with room.lines.lock:
        return act.does(room, **arguments)


def _plug(room: Room, socket: str = "1", load: str = "phone") -> None:
    room.plug(_known("socket", room.sockets, socket), load)


def _unplug(room: Room, socket: str = "1") -> None:
    room.unplug(_known("socket", room.sockets, socket))


def _open_fridge(room: Room) -> bool:
    return _fridge(room).open()


def _shut_fridge(room: Room) -> bool:
    _fridge(room).shut()
    return not _fridge(room).is_open


def _take_bottles(room: Room, shelf: str = "", count: int = 1) -> int:
    fridge = _fridge(room)
    return fridge.shelves[_shelf(fridge, shelf)].take(count) if fridge.is_open else 0


def _put_bottles(room: Room, shelf: str = "", count: int = 1) -> int:
    fridge = _fridge(room)
    if not fridge.is_open:
        return 0
    fridge.shelves[_shelf(fridge, shelf)].put(count)
    return count


def _take_bank(room: Room, slot: str = "") -> bool:
    return any(each.take() for each in _slots(room, slot))


def _put_bank(room: Room, slot: str = "") -> bool:
    return any(each.put() for each in _slots(room, slot))


def _stir(room: Room) -> None:
    room.detectors.motion(True)


def _keep_still(room: Room) -> None:
    room.detectors.motion(False)


def _pull_door(room: Room, hold_s: float = PASS_S) -> bool:
    return room.pull_door(hold_s)


def _push_out(room: Room, hold_s: float = PASS_S, press: bool = True) -> bool:
    return room.push_out(hold_s, press=press)


def _hold_door(room: Room, seconds: float = FOREVER_S) -> bool:
    return room.hold_door(seconds)


def _force_door(room: Room, hold_s: float = PASS_S) -> bool:
    return room.force_door(hold_s)


def _press_exit(room: Room, seconds: float = EXIT_PRESS_S) -> None:
    room.press_exit(seconds)


def _let_go(room: Room) -> None:
    room.let_go()


ACTS: dict[str, Act] = {
    "pull_door": Act("pull the door from outside", _pull_door),
    "push_out": Act("press the exit button and push the door from inside", _push_out),
    "hold_door": Act("keep a hand on the open door", _hold_door),
    "let_go": Act("take all hands off the door", _let_go),
    "force_door": Act("break the door open from outside", _force_door),
    "press_exit": Act("press the exit button", _press_exit),
    "plug": Act("plug something into a socket", _plug),
    "unplug": Act("take it out", _unplug),
    "open_fridge": Act("pull at the door of the fridge", _open_fridge),
    "shut_fridge": Act("push it shut", _shut_fridge),
    "take_bottles": Act("take bottles from a shelf of the open fridge", _take_bottles),
    "put_bottles": Act("put bottles on it", _put_bottles),
    "take_bank": Act("take the power bank from the slot that is open", _take_bank),
    "put_bank": Act("put one into it", _put_bank),
    "stir": Act("somebody moves before the movement sensor", _stir),
    "keep_still": Act("nobody moves", _keep_still),
}


def _fridge(room: Room) -> Cabinet:
    if room.fridge is None:
        raise ValueError("this room has no fridge")
    return room.fridge


def _shelf(fridge: Cabinet, name: str) -> str:
    """The named one, or the fullest."""
    return _known("shelf", fridge.shelves, name) if name else max(fridge.shelves, key=lambda each: len(fridge.shelves[each].bottles))


def _slots(room: Room, name: str) -> list[Slot]:
    slots = room.locker.slots
    if not slots:
        raise ValueError("this room has no locker")
    return [slots[_known("slot", slots, name)]] if name else list(slots.values())


def _known(what: str, there: Mapping[str, object], name: str) -> str:
    if name not in there:
        raise ValueError(f"no {what} is called {name}; there are: {', '.join(there)}")
    return name
