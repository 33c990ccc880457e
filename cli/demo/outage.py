"""The fault of the whole town: the demo's broker is killed by its process id, and started again on the same port with what its disk holds.

Stations and cloud are not told: they find out as they would in the field. What waits, drains and has arrived is read from the stations' disks
and the cloud's ledger, and said in words.
"""

import sqlite3
import time
from collections.abc import Callable, Sequence
from threading import Event, Lock, Thread
from typing import Protocol

from cli.broker import BrokerError
from cli.demo.progress import DemoFailed
from cli.demo.waiting import Held, Stations, clock
from twin.fault_desk import FaultRow, Planted

NAME = "broker_down"
MEANING = "the broker of all stations is killed; they go on serving and keep what happens until it is back"
LOOK_S, DRAIN_S, CLEAR_S = 0.5, 3.0, 8.0
FIRST_TOLD_S, MOST_TOLD_S = 5.0, 300.0


class Broker(Protocol):
    """What is asked of a RunningBroker."""

    @property
    def pid(self) -> int: ...

    @property
    def alive(self) -> bool: ...

    def kill(self) -> None: ...

    def start(self) -> None: ...


class BrokerDown:
    """Asked from any thread. One thread of its own sees one outage to its end, and the draining after it."""

    def __init__(self, broker: Broker, stations: Stations, say: Callable[[str], None]) -> None:
        self._broker, self._stations, self._say = broker, stations, say
        self._planted, self._turn = Planted(), Lock()
        self._back, self._ended = Event(), Event()
        self._back.set()
        self._thread: Thread | None = None

    def plant(self, for_s: float | None = None) -> None:
        """Kill it, for so many s or until `clear`; once more only changes when it ends. Raises: ValueError, a time that can not be."""
        with self._turn:
            self._planted.add(NAME, None, for_s)
            if self._broker.alive:
                pid = self._broker.pid
                self._broker.kill()
                self._back.clear()
                self._say(f"broker: killed (process {pid}); the stations go on serving and keep what happens, the console says since when it hears nothing")
            if self._thread is None or not self._thread.is_alive():
                self._thread = Thread(target=self._run, name="demo-outage", daemon=True)
                self._thread.start()

    def clear(self) -> None:
        """End it early; returns when the broker answers again, after CLEAR_S at the latest."""
        self._planted.drop(NAME, None)
        self._back.wait(CLEAR_S)

    def row(self) -> FaultRow:
        """As `fault list` shows it."""
        return FaultRow(NAME, MEANING, [], True, self._planted.of(NAME), self._planted.left_s(NAME))

    def stop(self) -> None:
        """The demo ends: say no more, and leave the broker as it is."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join()

    # ---- the thread

    def _run(self) -> None:
        """Down, back, drained; another outage that begins meanwhile is seen to its end too."""
        waited: list[Held] = []
        while not self._ended.is_set():
            if not self._broker.alive:
                self._while_down()
                waited = self._begin_again() or waited
            elif self._drained(waited):
                return

    def _while_down(self) -> None:
        """Until it is due, cleared or the demo ends; says now and then what waits."""
        every_s, told = FIRST_TOLD_S, time.monotonic()
        while self._planted.of(NAME) and not self._planted.due() and not self._ended.wait(LOOK_S):
            if time.monotonic() - told >= every_s:
                every_s, told = min(2 * every_s, MOST_TOLD_S), time.monotonic()
                self._tell("waiting", self._held())

    def _begin_again(self) -> list[Held]:
        """What waits as it comes back; nothing when the demo ends, or when it does not come back (said, and tried again)."""
        if self._ended.is_set():
            return []
        with self._turn:
            waited = self._held()
            try:
                self._broker.start()
            except BrokerError as error:
                self._say(f"broker: does not come back: {error}")
                self._ended.wait(FIRST_TOLD_S)
                return []
            self._planted.drop(NAME, None)
            self._back.set()
        self._say(f"broker: back (process {self._broker.pid}) with what its disk holds; the stations try again within half a minute")
        return waited

    def _drained(self, waited: Sequence[Held]) -> bool:
        """Follow what waited until the stations have let go of all of it. False: the broker went again."""
        every_s, told, last = DRAIN_S, time.monotonic(), {one.station: one.last for one in waited}
        while not self._ended.wait(LOOK_S):
            if not self._broker.alive:
                return False
            now = self._held()
            if not any(one.upto(last.get(one.station, 0)) for one in now):
                return self._close(waited)
            if time.monotonic() - told >= every_s:
                every_s, told = min(1.5 * every_s, MOST_TOLD_S), time.monotonic()
                self._tell("draining", now)
        return True

    def _close(self, waited: Sequence[Held]) -> bool:
        """The stations have deleted everything: is it really in the cloud's ledger?"""
        try:
            found = self._stations.arrived(waited)
        except DemoFailed as error:
            self._say(f"the stations have let go of all that waited, but the cloud does not answer: {error}")
            return True
        self._say(f"closed: {counted(found.late, 'fact')} of {counted(len(found.stations), 'station')} arrived late, {found.lost} lost, {found.twice} twice")
        return True

    def _held(self) -> list[Held]:
        """A station that is just writing its files is looked at again in half a second."""
        try:
            return self._stations.held()
        except (sqlite3.Error, TypeError):
            return self._stations.held()

    def _tell(self, what: str, held: Sequence[Held]) -> None:
        facts, batches, since = sum(one.facts for one in held), sum(one.batches for one in held), min((one.since for one in held if one.since), default="")
        oldest = f", oldest from {clock(since)}" if since else ""
        at = counted(sum(bool(one.facts or one.batches) for one in held), "station")
        self._say(f"{what}: {counted(facts, 'fact')} and {counted(batches, 'batch', 'batches')} of measurements at {at}{oldest}")


def counted(number: int, one: str, many: str = "") -> str:
    """`1 fact`, `2 facts`."""
    return f"{number} {one if number == 1 else many or one + 's'}"
