"""`kiosk bench loop`: ms from a posted input to the moved line, in the room that has everything, with inputs coming in all the time.

Real edge code, ledger on disk, a face in front of the camera, 1,000 inputs a second beside (currents, weights, temperatures, pulses).
On: a right code to the released strike, with the facts committed (FULL) in between. Off: the door contact to the secured strike.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import cycle, islice
from pathlib import Path
from threading import Event, Thread

from cli.places import ROOT
from contract.config import CameraConfig, StationConfig, check
from contract.roster import Person, Roster, code_digest
from edge.adapters.faces import FacesProcess
from edge.build import Assembly, Fittings
from edge.domain.lines import currents, lines
from edge.domain.messages import CodeDigested, CodeSource, ContactChanged, Input, Post, RosterReceived
from edge.domain.room_messages import CurrentRead, PulsesCounted, TemperatureRead, WeightRead
from edge.domain.safe_state import outputs
from edge.domain.sight import FaceCompared
from edge.station import Inbox
from twin.agent import SynchronisedClock
from twin.expander import with_expanders
from twin.fittings import w1_beside, with_fridge
from twin.grades import whole_room
from twin.pins import TwinFactory
from twin.room import Room
from twin.surroundings import TwinCloud, TwinGuard

ROUNDS = 300
PACE_S = 0.02
FLOOD = 5000
SALT = "00" * 16
ANSWER_S = 2.0
INPUTS_S, RAIN_S = 1000, 0.001
DOOR_CONTACTS = ("contact", "exit")


def parser() -> argparse.ArgumentParser:
    """The arguments."""
    made = argparse.ArgumentParser(prog="kiosk bench loop", description=__doc__)
    made.add_argument("--json", type=Path, metavar="FILE", help="write the numbers there too")
    made.add_argument("--rounds", type=int, default=ROUNDS, help="entries to measure; default %(default)s")
    made.add_argument("--inputs", type=int, default=INPUTS_S, help="inputs a second that come in beside; default %(default)s")
    made.add_argument("--folder", type=Path, help="where the ledger lies; default a new one in the current folder")
    return made


def main(argv: list[str]) -> int:
    """0; an input that does not move its line at all is an error."""
    asked = parser().parse_args(argv)
    with tempfile.TemporaryDirectory(dir=asked.folder or Path.cwd()) as folder:
        numbers = measure(Path(folder), asked.rounds, asked.inputs)
    text = json.dumps(numbers, indent=1)
    print(text)
    if asked.json:
        asked.json.write_text(text + "\n")
    return 0


def measure(folder: Path, rounds: int, inputs_s: int = INPUTS_S) -> dict[str, float]:
    """The numbers; ms unless named otherwise."""
    pins = TwinFactory(threaded=True)
    camera = subprocess.Popen([sys.executable, "-m", "cli.bench_camera"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert camera.stdin and camera.stdout
    layout, compared = _layout(camera.stdout.readline().strip()), Event()
    world = Room.from_config(layout, pins, w1=w1_beside(folder / "room"))
    world.step(1.0)
    station = Assembly(layout, folder, with_fridge(_fittings(pins, folder, compared), w1_beside(folder / "room")))
    station.start()
    try:
        busy = compared.wait(30.0)
        with _Rain(station.inbox.put, layout, inputs_s) as rain:
            numbers = _entries(station.inbox.put, pins, layout, rounds)
        around = {"devices": devices(layout), "inputs_s": rain.rate(), "inputs_per_s": _flood(station.inbox), "face_process_busy": busy}
        return numbers | around | {"cores": os.cpu_count() or 0, "load": os.getloadavg()[0]}
    finally:
        station.stop()
        camera.stdin.close()
        camera.wait(10)
        camera.stdout.close()


def _layout(camera: str) -> StationConfig:
    return check({"station": "bench", "name": "bench", "camera": {"source": camera}, "door": {"debounce_s": 0}, **whole_room()})


def devices(layout: StationConfig) -> int:
    """What is joined to the board: outputs, contacts, meters, current sensors, scales, thermometers; not the camera."""
    fridge = layout.fridge
    cold = len(fridge.shelves) + len(fridge.probes) if fridge else 0
    return len(outputs(layout)) + len(lines(layout)) + len(currents(layout)) + len(layout.taps) + cold + len(DOOR_CONTACTS)


def _fittings(pins: TwinFactory, folder: Path, compared: Event) -> Fittings:
    """Real ledger, clock, digests and face process; a broker that answers at once."""

    def faces(camera: CameraConfig, frames: int, post: Post) -> FacesProcess:
        def heard(each: Input) -> None:
            if isinstance(each, FaceCompared):
                compared.set()
            else:
                post(each)

        return FacesProcess(camera, frames, folder, heard)

    guard = TwinGuard(lambda: with_expanders(TwinFactory(lines=pins.room_side)))
    return Fittings(with_expanders(pins), SynchronisedClock(), lambda config, name, will, post: TwinCloud().joined(post), guard.joined, faces)


def _entries(post: Post, pins: TwinFactory, layout: StationConfig, rounds: int) -> dict[str, float]:
    digest = code_digest(SALT, "1001", "2468")
    person = Person(person="p-1", number="1001", code_digest=digest)
    post(RosterReceived(Roster(version=1, salt=SALT, people=[person]).model_dump_json().encode()))
    line = _Line(pins, layout.door.lock_pin)
    on, off = [], []
    for _ in range(rounds):
        time.sleep(PACE_S)
        on.append(line.moved(True, lambda: post(CodeDigested("1001", digest, CodeSource.SCREEN, time.monotonic()))))
        time.sleep(PACE_S)
        off.append(line.moved(False, lambda: post(ContactChanged(closed=False))))
        post(ContactChanged(closed=True))
    both = sorted([*on, *off])
    return {
        "p50_ms": _at(both, 0.5), "p99_ms": _at(both, 0.99), "max_ms": _at(both, 1.0), "rounds": rounds,
        "on_p50_ms": _at(sorted(on), 0.5), "on_p99_ms": _at(sorted(on), 0.99), "off_p50_ms": _at(sorted(off), 0.5), "off_p99_ms": _at(sorted(off), 0.99),
    }  # fmt: skip


class _Line:
    """Waits for a level of one line."""

    def __init__(self, pins: TwinFactory, pin: int) -> None:
        self._moved = {True: Event(), False: Event()}
        self._at = 0.0
        pins.listen(pin, self._heard)

    def moved(self, high: bool, act: Callable[[], None]) -> float:
        """ms from `act` to the level. Raises: TimeoutError."""
        self._moved[high].clear()
        began = time.perf_counter()
        act()
        if not self._moved[high].wait(ANSWER_S):
            raise TimeoutError(f"the line did not move to {'on' if high else 'off'} within {ANSWER_S:g} s")
        return (self._at - began) * 1000

    def _heard(self, high: bool) -> None:
        self._at = time.perf_counter()
        self._moved[high].set()


class _Rain:
    """What sensors of a busy room post, at an even pace, from a thread of its own."""

    def __init__(self, post: Post, layout: StationConfig, per_s: int) -> None:
        self._post, self._per_s, self._sent = post, per_s, 0
        self._drops = cycle(_drops(layout))
        self._ended, self._thread = Event(), Thread(target=self._run, daemon=True)

    def __enter__(self) -> "_Rain":
        self._began = time.monotonic()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()
        self._lasted = time.monotonic() - self._began

    def rate(self) -> int:
        """Inputs a second that really were posted."""
        return round(self._sent / self._lasted)

    def _run(self) -> None:
        """As many as are due, each ms or as soon as this thread has its turn."""
        while not self._ended.wait(RAIN_S):
            due = int((time.monotonic() - self._began) * self._per_s)
            for drop in islice(self._drops, due - self._sent):
                self._post(drop)
            self._sent = due


def _drops(layout: StationConfig) -> list[Input]:
    drops: list[Input] = [CurrentRead(sensor.name, 0.0) for sensor in currents(layout)]
    drops += [PulsesCounted(tap.name, 0) for tap in layout.taps]
    if layout.fridge:
        drops += [WeightRead(shelf.name, 0.0) for shelf in layout.fridge.shelves] + [TemperatureRead(probe.name, 4.0) for probe in layout.fridge.probes]
    return drops


def _flood(inbox: Inbox) -> float:
    """Inputs that the loop takes in a second when they wait in line."""
    began = time.perf_counter()
    for _ in range(FLOOD):
        inbox.put(CurrentRead("1", 0.1))
    while not inbox.empty():
        time.sleep(0.001)
    return round(FLOOD / (time.perf_counter() - began))


def _at(ordered: list[float], ratio: float) -> float:
    return round(ordered[min(len(ordered) - 1, int(ratio * len(ordered)))], 3)
