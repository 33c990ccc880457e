"""`kiosk bench loop`: ms from a posted input to the moved line, real edge code, ledger on disk, a face in front of the camera.

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
from pathlib import Path
from threading import Event

from cli.places import ROOT
from contract.config import CameraConfig, StationConfig, check
from contract.roster import Person, Roster, code_digest
from edge.adapters.faces import FacesProcess
from edge.build import Assembly, Fittings
from edge.domain.messages import CodeDigested, CodeSource, ContactChanged, CurrentRead, FaceCompared, Input, Post, RosterReceived
from edge.station import Inbox
from twin.agent import SynchronisedClock
from twin.pins import TwinFactory
from twin.surroundings import TwinCloud, TwinGuard

ROUNDS = 300
PACE_S = 0.02
FLOOD = 5000
SALT = "00" * 16
ANSWER_S = 2.0


def parser() -> argparse.ArgumentParser:
    """The arguments."""
    made = argparse.ArgumentParser(prog="kiosk bench loop", description=__doc__)
    made.add_argument("--json", type=Path, metavar="FILE", help="write the numbers there too")
    made.add_argument("--rounds", type=int, default=ROUNDS, help="entries to measure; default %(default)s")
    made.add_argument("--folder", type=Path, help="where the ledger lies; default a new one in the current folder")
    return made


def main(argv: list[str]) -> int:
    """0; an input that does not move its line at all is an error."""
    asked = parser().parse_args(argv)
    with tempfile.TemporaryDirectory(dir=asked.folder or Path.cwd()) as folder:
        numbers = measure(Path(folder), asked.rounds)
    text = json.dumps(numbers, indent=1)
    print(text)
    if asked.json:
        asked.json.write_text(text + "\n")
    return 0


def measure(folder: Path, rounds: int) -> dict[str, float]:
    """The numbers; ms unless named otherwise."""
    pins = TwinFactory(threaded=True)
    camera = subprocess.Popen([sys.executable, "-m", "cli.bench_camera"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert camera.stdin and camera.stdout
    layout, compared = _layout(camera.stdout.readline().strip()), Event()
    pins.drive(layout.door.contact_pin, False)
    station = Assembly(layout, folder, _fittings(pins, folder, compared))
    station.start()
    try:
        busy = compared.wait(30.0)
        numbers = _entries(station.inbox.put, pins, layout, rounds)
        return numbers | {"inputs_per_s": _flood(station.inbox), "face_process_busy": busy, "cores": os.cpu_count() or 0}
    finally:
        station.stop()
        camera.stdin.close()
        camera.wait(10)
        camera.stdout.close()


def _layout(camera: str) -> StationConfig:
    door = {"debounce_s": 0}
    sockets = [{"name": "1", "relay_pin": 25, "adc_channel": 0}]
    return check({"station": "bench", "name": "bench", "camera": {"source": camera}, "door": door, "sockets": sockets})


def _fittings(pins: TwinFactory, folder: Path, compared: Event) -> Fittings:
    """Real ledger, clock, digests and face process; a broker that answers at once."""

    def faces(camera: CameraConfig, frames: int, post: Post) -> FacesProcess:
        def heard(each: Input) -> None:
            if isinstance(each, FaceCompared):
                compared.set()
            else:
                post(each)

        return FacesProcess(camera, frames, folder, heard)

    guard = TwinGuard(lambda: TwinFactory(lines=pins.room_side))
    return Fittings(pins, SynchronisedClock(), lambda config, name, will, post: TwinCloud().joined(post), guard.joined, faces)


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
