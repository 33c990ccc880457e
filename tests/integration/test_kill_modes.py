"""Whatever becomes of the agent with every output on, the guard makes all of them safe; and without the guard the agent grants nothing.

Room, guard and agent are processes of their own; several such stations run beside each other. Both behaviours of kernels: a dead process's
lines fall, or stay as they were. `KILLS=40` asks for another number of rounds than 200.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from statistics import median

import pytest

from contract.config import StationConfig
from edge.domain.safe_state import LOCK, outputs
from twin.lines import Kernel
from twin.remote import RoomControl, RoomProcess
from twin.station import layout

pytestmark = pytest.mark.slow

ROUNDS = int(os.environ.get("KILLS", "200"))
STATIONS = 4
SAFE_S = 2.0
GRANTS_NOTHING_S = 3.0
GUARD_KILLS = 4
"""For each of the stations."""
PATIENCE_S = 30.0
ROOT = Path(__file__).parents[2]
ILLS: dict[str, Callable[[int], None]] = {
    "killed": lambda pid: os.kill(pid, signal.SIGKILL),
    "stopped": lambda pid: os.kill(pid, signal.SIGSTOP),
    "looping": lambda pid: os.kill(pid, signal.SIGUSR1),
    "deadlocked": lambda pid: os.kill(pid, signal.SIGUSR2),
}


def every_output() -> StationConfig:
    """A station with one of everything that can be switched, all on the header."""
    shelf = {"name": "top", "data_pin": 5, "clock_pin": 13, "counts_per_g": 100, "unit_g": 500, "tolerance_g": 50}
    return layout(
        camera=None, door={"unlock_s": 5}, water={"master_pin": 18}, sockets=[{"name": "1", "relay_pin": 25, "adc_channel": 0}],
        fridge={"lock_pin": 12, "contact_pin": 4, "shelves": [shelf], "probes": [{"name": "upper", "id": "28-0123456789ab"}]},
        lending={"slots": [{"name": "1", "lock_pin": 16, "present_pin": 6}]}, amenities=[{"name": "light", "relay_pin": 19}],
    )  # fmt: skip


@dataclass
class Station:
    """One room with its guard, and agents one after the other."""

    folder: Path
    kernel: Kernel
    config: StationConfig
    room: RoomProcess
    agents: subprocess.Popen[str]
    guard: subprocess.Popen[bytes]

    @property
    def control(self) -> RoomControl:
        return self.room.control

    def begin(self, how: str) -> int:
        """An agent's process id, once it did what was asked."""
        assert self.agents.stdin and self.agents.stdout
        self.agents.stdin.write(how + "\n")
        self.agents.stdin.flush()
        said = self.agents.stdout.readline().split()
        assert said[0] == "on", (self.folder / "log").read_text()[-2000:]
        return int(said[1])

    def start_guard(self) -> None:
        self.guard = _guard(self.folder)

    def on(self) -> list[str]:
        """Names of the outputs that are on."""
        return [o.name for o in outputs(self.config).values() if (self.control.timeline(o.pin)[-1:] or [(0.0, not o.active_high)])[0][1] == o.active_high]

    def last_off_at(self) -> float:
        """When the last of them went off."""
        return max(self.control.timeline(o.pin)[-1][0] for o in outputs(self.config).values())

    def wait(self, what: str, holds: Callable[[], bool], seconds: float = PATIENCE_S) -> None:
        until = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < until, f"{what} did not come about within {seconds:g} s; on: {self.on()}"
            time.sleep(0.02)


@contextmanager
def station(folder: Path, kernel: Kernel, seed: int) -> Iterator[Station]:
    folder.mkdir()
    config = every_output()
    file = folder / "config.json"
    file.write_text(config.model_dump_json())
    room = RoomProcess(file, folder / "room", seed=seed, kernel=kernel)
    log = open(folder / "log", "ab")  # noqa: SIM115 - children write to it
    command = [sys.executable, "-m", "tests.integration.sick_agent", *(str(p) for p in (file, folder / "store", folder / "room", folder / "guard"))]
    agents = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True, cwd=ROOT)
    assert agents.stdout and agents.stdout.readline() == "ready\n"
    made = Station(folder, kernel, config, room, agents, _guard(folder))
    try:
        yield made
    finally:
        made.guard.kill()
        agents.kill()
        made.guard.wait()
        agents.wait()
        room.stop()
        log.close()


def _guard(folder: Path) -> subprocess.Popen[bytes]:
    arguments = ["--room", str(folder / "room"), "--socket", str(folder / "guard"), "--table", str(folder / "table.json")]
    with open(folder / "log", "ab") as log:
        return subprocess.Popen([sys.executable, "-m", "twin.guard", *arguments], stderr=log, cwd=ROOT)


def fall_ill(at: Station, rounds: int, chance: Random) -> list[tuple[str, float]]:
    """(what befell it, s until the last output was off) of each round."""
    seen, befalls = [], (sorted(ILLS) * rounds)[:rounds]
    chance.shuffle(befalls)
    for ill in befalls:
        pid = at.begin("start")
        at.wait("everything is on", lambda: len(at.on()) == len(outputs(at.config)), 3.0)
        time.sleep(chance.uniform(0.0, 0.6))
        hit_at = time.monotonic()
        ILLS[ill](pid)
        at.wait("everything is off", lambda: not at.on(), 10.0)
        seen.append((ill, at.last_off_at() - hit_at))
    return seen


def lose_the_guard(at: Station, rounds: int, chance: Random) -> list[float]:
    """s from the moment when the guard was killed, or stopped, to the last time that the strike was released."""
    seen = []
    lock = outputs(at.config)[LOCK]
    for n in range(rounds):
        pid, began = at.begin("grants"), time.monotonic()
        at.wait("the door is opened again and again", lambda began=began: len(_releases(at, began)) >= 2)  # type: ignore[misc]
        time.sleep(chance.uniform(0.0, 0.6))
        killed_at = time.monotonic()
        at.guard.send_signal([signal.SIGKILL, signal.SIGSTOP][n % 2])
        time.sleep(GRANTS_NOTHING_S + 2.0)
        assert LOCK not in at.on()
        seen.append(max((when - killed_at for when in _releases(at, killed_at)), default=0.0))
        os.kill(pid, signal.SIGKILL)
        at.guard.kill()
        at.guard.wait()
        at.start_guard()
    assert lock.active_high
    return seen


def _releases(at: Station, since: float) -> list[float]:
    return [when for when, high in at.control.timeline(outputs(at.config)[LOCK].pin) if high and when >= since]


@pytest.fixture(scope="module")
def stations() -> Iterator[list[Station]]:
    """Half of them with each kernel. Sockets need short paths."""
    with tempfile.TemporaryDirectory() as folder:
        made = [station(Path(folder) / str(n), list(Kernel)[n % 2], n) for n in range(STATIONS)]
        begun = [each.__enter__() for each in made]
        try:
            yield begun
        finally:
            for each in made:
                each.__exit__(None, None, None)


def test_every_output_is_safe_within_two_seconds_whatever_becomes_of_the_agent(stations: list[Station]) -> None:
    with ThreadPoolExecutor(STATIONS) as pool:
        rounds = list(pool.map(lambda n: fall_ill(stations[n], ROUNDS // STATIONS, Random(n)), range(STATIONS)))
    times: dict[tuple[str, str], list[float]] = defaultdict(list)
    for at, seen in zip(stations, rounds, strict=True):
        for ill, seconds in seen:
            times[at.kernel.value, ill].append(seconds)
    for (kernel, ill), seconds in sorted(times.items()):
        print(f"line {kernel}, agent {ill}: {len(seconds)} times, safe after {median(seconds):.2f} s (median), {max(seconds):.2f} s at most")
    assert len(times) == len(Kernel) * len(ILLS)
    assert max(max(seconds) for seconds in times.values()) <= SAFE_S


def test_without_its_guard_the_agent_grants_nothing_within_three_seconds(stations: list[Station]) -> None:
    with ThreadPoolExecutor(STATIONS) as pool:
        late = [s for seen in pool.map(lambda n: lose_the_guard(stations[n], GUARD_KILLS, Random(n)), range(STATIONS)) for s in seen]
    print(f"guard killed or stopped {len(late)} times: last release after {median(late):.2f} s (median), {max(late):.2f} s at most")
    assert max(late) <= GRANTS_NOTHING_S
