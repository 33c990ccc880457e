"""`python -m twin.fleet --stations FILE --seed S --speed X`: many stations in one process, the real edge code, people by script.

FILE is a JSON list of objects with station, name, city, district, host, port, password and folder; keep it to yourself (mode
0600). Says "ready" on standard output when every station runs; ends on SIGTERM, on SIGINT, and with --until-stdin-closes.
"""

import argparse
import ctypes
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event, Thread
from typing import Any

from pydantic import Field, TypeAdapter, ValidationError

from contract.errors import explain
from contract.model import Model, StationId
from edge.ending import Ending
from edge.errors import StationError
from twin.agent import SynchronisedClock
from twin.cables import Cables
from twin.city import Citizen, Place, fitted, people
from twin.control import ControlServer
from twin.crowd import Crowd
from twin.day import day, regulars
from twin.fault_desk import FaultDesk, answer
from twin.house import House
from twin.room import RoomClock

PEOPLE = 40
BAD_FILE = 78
M_MMAP_THRESHOLD, LARGE_BYTES = -3, 1 << 20
"""mallopt(3)."""

log = logging.getLogger(__name__)


class Berth(Model):
    """One station of the file."""

    station: StationId
    name: str
    city: str
    district: str
    host: str
    port: int = Field(ge=1, le=65535)
    password: str = Field(repr=False)
    folder: Path


BERTHS = TypeAdapter(list[Berth])


class Fleet:
    """All stations. `start` returns when they run; `stop` when nothing is left of them."""

    def __init__(self, berths: list[Berth], citizens: list[Citizen], seed: int, speed: float) -> None:
        self._cables = Cables()
        self._cables.start()
        clock = SynchronisedClock()
        self.houses = [self._house(berth, clock, seed) for berth in berths]
        self.desks = {house.config.station: (FaultDesk(house.faults), house.room) for house in self.houses}
        self._time = RoomClock(*(house.room for house in self.houses))
        self._crowd = Crowd(
            [
                (house, day(house.config, regulars(citizens, index, len(berths)), seed, speed))
                for index, house in enumerate(self.houses)
            ]
        )

    def answer(self, message: Mapping[str, Any]) -> object:
        """To the control channel: a message of twin/fault_desk.py with the station that it is for. Raises: ValueError."""
        if message.get("op") == "links":
            return self.links()
        asked = dict(message)
        station = asked.pop("station", None)
        if station not in self.desks:
            raise ValueError(f"no station {station} in this fleet")
        return answer(*self.desks[station], asked)

    def links(self) -> dict[str, bool]:
        """Of each station, whether it reaches the broker."""
        return {house.config.station: house.screen.connected for house in self.houses}

    def tick(self) -> None:
        """Mend what is due."""
        for desk, _ in self.desks.values():
            desk.tick()

    def start(self) -> None:
        """Rooms, then stations, then people."""
        self._time.start()
        for house in self.houses:
            house.start()
        self._crowd.start()

    def stop(self) -> None:
        """People, then all stations at once, then what is around them."""
        self._crowd.stop()
        with ThreadPoolExecutor(max(1, len(self.houses))) as pool:
            list(pool.map(House.stop, self.houses))
        self._time.stop()
        self._cables.stop()

    def _house(self, berth: Berth, clock: SynchronisedClock, seed: int) -> House:
        cable = self._cables.lay(berth.host, berth.port)
        place = Place(berth.station, berth.name, berth.city, berth.district)
        return House(fitted(place, "127.0.0.1", cable.port), berth.folder, berth.password, clock, cable, seed)


def parser() -> argparse.ArgumentParser:
    """The arguments."""
    made = argparse.ArgumentParser(prog="twin.fleet", description="simulated stations with people, in one process")
    made.add_argument("--stations", type=Path, required=True, help="JSON file of the stations, see twin/fleet.py")
    made.add_argument("--seed", type=int, default=1, help="another seed is another day")
    made.add_argument("--speed", type=float, default=1.0, help="the scripted day passes so many times as fast")
    made.add_argument("--people", type=int, default=PEOPLE, help="how many of people(seed, ...) are in the roster")
    made.add_argument("--control", type=Path, help="Unix socket to make, on which faults and acts are asked for")
    made.add_argument("--until-stdin-closes", action="store_true", help="end when standard input does")
    return made


def main(arguments: list[str] | None = None) -> int:
    """Exit code: 0 in order, 1 when a thread of a station failed, 78 when the file or a station's folder is no good."""
    asked = parser().parse_args(arguments)
    try:
        berths = BERTHS.validate_json(asked.stations.read_bytes())
        fleet = Fleet(berths, people(asked.seed, asked.people), asked.seed, asked.speed)
    except (OSError, StationError) as error:
        print(f"{asked.stations}: {error}", file=sys.stderr)
        return BAD_FILE
    except ValidationError as error:
        print(f"{asked.stations}: {explain(error, 'twin/fleet.py')}", file=sys.stderr)
        return BAD_FILE
    return serve(fleet, asked.control, asked.until_stdin_closes)


def serve(fleet: Fleet, socket: Path | None, until_input_ends: bool = False) -> int:
    """Run it until SIGTERM or SIGINT; `socket` is made and answers questions. Exit code: 0 in order, 1 when a thread failed."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s: %(message)s")
    began = time.monotonic()
    _give_large_blocks_back()
    ending, failed = Ending(), Event()
    threading.excepthook = lambda failure: _thread_failed(failure, failed, ending)
    ending.on_signals(signal.SIGTERM, signal.SIGINT)
    if until_input_ends:
        Thread(target=_await_end_of_input, args=(ending,), name="twin-input", daemon=True).start()
    fleet.start()
    control = ControlServer(socket, fleet.answer, fleet.tick) if socket else None
    if control:
        control.start()
    print(f"ready: {len(fleet.houses)} stations in {time.monotonic() - began:.1f} s", flush=True)
    ending.wait()
    if control:
        control.stop()
    fleet.stop()
    return 1 if failed.is_set() else 0


def _give_large_blocks_back() -> None:
    """A digest takes 8 MiB for a moment. glibc would keep it for each of the threads that ever computed one: 200 MB for 23 stations."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt is not None:
        mallopt(M_MMAP_THRESHOLD, LARGE_BYTES)


def _await_end_of_input(ending: Ending) -> None:
    """Not through sys.stdin: its lock would be held by this thread while the interpreter ends."""
    while os.read(0, 4096):
        pass
    ending.ask()


def _thread_failed(failure: threading.ExceptHookArgs, failed: Event, ending: Ending) -> None:
    """No thread may end unseen: the whole fleet ends, and whoever started it sees why."""
    log.critical("thread %s failed", failure.thread and failure.thread.name, exc_info=failure.exc_value)
    failed.set()
    ending.ask()


if __name__ == "__main__":
    sys.exit(main())
