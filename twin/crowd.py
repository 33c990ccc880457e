"""Plays the scripted days: one thread is all the people of all stations.

Physical truth goes only through the room (hands, plugs), wishes through the inputs that the touch screen posts. A deed that
can not be done is left out, and who is not let in goes away. Whoever is inside leaves in the end, whatever was refused.
"""

import time
from collections.abc import Callable, Iterator
from functools import partial
from heapq import heappop, heappush
from itertools import count
from threading import Event, Thread

from edge.domain.messages import CodeTyped, LeaveAsked
from edge.domain.room_messages import AmenityAsked, AmenityStopped, ChargeAsked, ChargeStopped, DrinkAsked, FridgeAsked
from edge.domain.sight import FaceCompared
from twin import acts
from twin import deeds as d
from twin.house import House

FRAMES, GALLERY = 3, 60
WAITS_S = 1.0
LONGEST_WAIT_S = 15.0


class Play:
    """One visit under way at one house."""

    def __init__(self, house: House, visit: d.Visit) -> None:
        self._house, self._room = house, house.room
        self._label = visit.citizen.label if visit.citizen else None
        self._acts = list(visit.acts)
        self._waited_s = 0.0
        self._plugged: set[str] = set()

    def act(self) -> float | None:
        """The next deed; s until the one after it, None when all is done."""
        act = self._acts[0]
        if self._must_wait(act.deed):
            self._waited_s += WAITS_S
            return WAITS_S
        del self._acts[0]
        if not self._do(act.deed) or not self._acts:
            return None
        return self._acts[0].at_s - act.at_s

    def _must_wait(self, deed: d.Deed) -> bool:
        """Who meets another at the door lets them pass."""
        passes = isinstance(deed, d.ShowFace | d.TypeCode | d.PushOut)
        return passes and not self._house.door_is_free and self._waited_s < LONGEST_WAIT_S

    def _do(self, deed: d.Deed) -> bool:
        """False when the visit is over before its time."""
        match deed:
            case d.ShowFace():
                self._show(deed)
            case d.TypeCode(number, pin):
                self._house.post(CodeTyped(number, pin))
            case d.PullDoor(hold_s):
                return self._pull(hold_s)
            case d.HoldDoor(hold_s):
                self._room.hold_door(hold_s)
            case d.ForceDoor(hold_s):
                self._room.force_door(hold_s)
            case d.PushOut(hold_s):
                self._room.push_out(hold_s)
            case d.AskFridge() | d.RunAmenity() | d.StopAmenity():
                self._press(deed)
            case d.TakeBottle() | d.ShutFridge():
                self._fridge(deed)
            case d.Drink() | d.Plug() | d.Charge() | d.StopCharge() | d.Unplug() | d.SayGoodbye():
                self._inside(deed)
            case _:
                self._break(deed)
        return True

    def _inside(self, deed: d.Deed) -> None:
        """At the screen only while it is theirs, at a socket only while it is free or theirs."""
        mine = self._label is not None and self._house.screen.visitor == self._label
        match deed:
            case d.Drink(tap, volume_ml) if mine:
                self._house.post(DrinkAsked(tap, volume_ml))
            case d.Plug(socket, load) if self._room.sockets[socket].load is None:
                self._room.plug(socket, load)
                self._plugged.add(socket)
            case d.Charge(socket) if mine and socket in self._plugged:
                self._house.post(ChargeAsked(socket))
            case d.StopCharge(socket) if mine and socket in self._plugged:
                self._house.post(ChargeStopped(socket))
            case d.Unplug(socket) if socket in self._plugged:
                self._room.unplug(socket)
            case d.SayGoodbye() if mine:
                self._house.post(LeaveAsked())

    def _press(self, deed: d.Deed) -> None:
        """Of the equipment that is not theirs alone; only while the screen is."""
        if self._label is None or self._house.screen.visitor != self._label:
            return
        match deed:
            case d.AskFridge():
                self._house.post(FridgeAsked())
            case d.RunAmenity(name):
                self._house.post(AmenityAsked(name))
            case d.StopAmenity(name):
                self._house.post(AmenityStopped(name))

    def _fridge(self, deed: d.Deed) -> None:
        """Nobody breaks it open: who finds it locked takes nothing."""
        if isinstance(deed, d.ShutFridge):
            acts.do(self._room, "shut_fridge")
        elif acts.do(self._room, "open_fridge"):
            acts.do(self._room, "take_bottles")

    def _break(self, deed: d.Deed) -> None:
        match deed:
            case d.Break(fault, part):
                self._house.faults.plant(fault, part)
            case d.Mend(fault, part):
                self._house.faults.clear(fault, part)
            case d.CutCable():
                self._house.cable.cut()
            case d.JoinCable():
                self._house.cable.join()

    def _show(self, deed: d.ShowFace) -> None:
        seen_at = time.monotonic() - deed.took_s
        self._house.post(FaceCompared(self._house.track(), FRAMES, deed.best, deed.distance, deed.second, GALLERY, seen_at))

    def _pull(self, hold_s: float) -> bool:
        gives = self._room.pull_door(hold_s)
        if not gives:
            self._room.let_go()
        return gives


class Crowd:
    """Everybody. `days` gives each house its visits in order."""

    def __init__(self, days: list[tuple[House, Iterator[d.Visit]]]) -> None:
        self._days = days
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._order = count()
        self._ended = Event()
        self._thread = Thread(target=self._run, name="twin-crowd", daemon=True)

    def start(self) -> None:
        """The days begin now."""
        began = time.monotonic()
        for house, day in self._days:
            self._expect(house, day, began)
        self._thread.start()

    def stop(self) -> None:
        """Everybody stays where they are; returns when the thread has ended."""
        self._ended.set()
        self._thread.join()

    def _expect(self, house: House, day: Iterator[d.Visit], began: float) -> None:
        visit = next(day)
        self._at(began + visit.begins_s, partial(self._arrive, house, visit, day, began))

    def _arrive(self, house: House, visit: d.Visit, day: Iterator[d.Visit], began: float) -> None:
        self._at(began + visit.begins_s + visit.acts[0].at_s, partial(self._act, Play(house, visit)))
        self._expect(house, day, began)

    def _act(self, play: Play) -> None:
        wait_s = play.act()
        if wait_s is not None:
            self._at(time.monotonic() + wait_s, partial(self._act, play))

    def _at(self, due: float, what: Callable[[], None]) -> None:
        heappush(self._due, (due, next(self._order), what))

    def _run(self) -> None:
        while not self._ended.wait(max(0.0, self._due[0][0] - time.monotonic())):
            heappop(self._due)[2]()
