"""The guard on a real socket, its pins on the lines of a room in this process: whatever becomes of the agent, all outputs end up off.

Time is real here: the guard waits for beats. The agent that is killed is a child of the test's own.
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from threading import Thread

import pytest
from gpiozero import DigitalOutputDevice

from edge.adapters.guard_link import GuardLink
from edge.domain.messages import GuardChanged, Input
from edge.domain.safe_state import outputs
from edge.guard.serve import SILENCE_S, START_S, Guard
from twin.lines import Kernel, Lines
from twin.pins import TwinFactory
from twin.station import layout

pytestmark = pytest.mark.slow

SAFE_S = 2.0
"""From the last beat to the last output."""
CONFIG = layout()
TABLE = list(outputs(CONFIG).values())
HELLO = json.dumps({"outputs": [{"name": o.name, "pin": o.pin, "active_high": o.active_high} for o in TABLE]}).encode() + b"\n"
AGENT = """
import socket, sys, time

guard = socket.socket(socket.AF_UNIX)
guard.connect(sys.argv[1])
guard.sendall(sys.stdin.buffer.readline())
print(guard.recv(1).decode(), flush=True)
for beat in range(int(sys.argv[2])):
    guard.sendall(b".")
    guard.recv(64)
    time.sleep(0.05)
print("silent", flush=True)
time.sleep(60)
"""


class Board:
    """The lines; `agent` drives them as another process would, whose death leaves every level as it was."""

    def __init__(self) -> None:
        self.lines = Lines(Kernel.LINE_STAYS)
        self._agent: TwinFactory | None = None

    def pins(self) -> TwinFactory:
        return TwinFactory(lines=self.lines)

    def drive_all(self) -> None:
        """The agent claims every output and switches it on."""
        self._agent = self.pins()
        self._devices = [DigitalOutputDevice(o.pin, initial_value=True, pin_factory=self._agent) for o in TABLE]

    def die(self) -> None:
        assert self._agent is not None
        self._agent.die()

    def all_off(self) -> bool:
        return not any(self.lines.level(o.pin) for o in TABLE)

    def all_on(self) -> bool:
        return all(self.lines.level(o.pin) for o in TABLE)


def eventually(holds: Callable[[], bool], within_s: float) -> bool:
    until = time.monotonic() + within_s
    while not holds():
        if time.monotonic() > until:
            return False
        time.sleep(0.005)
    return True


class Running:
    """A guard on a thread of its own."""

    def __init__(self, folder: Path, board: Board) -> None:
        self.address, self.table = folder / "guard.sock", folder / "outputs.json"
        self.guard = Guard(self.address, self.table, board.pins)
        self.error: Exception | None = None
        self.thread = Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _serve(self) -> None:
        try:
            self.guard.serve()
        except Exception as error:  # noqa: BLE001 - whatever ended it, the test must say so
            self.error = error

    def stop(self) -> None:
        self.guard.stopping = True
        self.thread.join(3)
        assert self.error is None and not self.thread.is_alive()


@pytest.fixture
def board() -> Board:
    return Board()


@pytest.fixture
def running(tmp_path: Path, board: Board) -> Iterator[Running]:
    made = Running(tmp_path, board)
    yield made
    made.stop()


@pytest.fixture
def child(running: Running) -> Iterator[Callable[[int], subprocess.Popen[bytes]]]:
    """`child(beats)`: an agent process that greets, beats so often, and then says nothing more but stays connected."""
    made: list[subprocess.Popen[bytes]] = []

    def spawn(beats: int) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-c", AGENT, str(running.address), str(beats)]
        agent = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert agent.stdin and agent.stdout
        agent.stdin.write(HELLO)
        agent.stdin.flush()
        made.append(agent)
        assert agent.stdout.readline() == b"R\n"
        return agent

    yield spawn
    for agent in made:
        agent.kill()
        agent.wait()
        assert agent.stdin and agent.stdout
        agent.stdin.close()
        agent.stdout.close()


def greet(running: Running, hello: bytes = HELLO) -> socket.socket:
    """As this process; the guard never kills itself, so nobody is harmed."""
    agent = socket.socket(socket.AF_UNIX)
    agent.settimeout(3)
    agent.connect(str(running.address))
    agent.sendall(hello)
    return agent


def test_all_outputs_of_a_dead_agent_are_off_within_two_seconds(board: Board, child) -> None:
    agent = child(1000)
    board.drive_all()
    assert board.all_on()
    agent.kill()
    board.die()
    assert board.all_on(), "a Raspberry Pi keeps the levels of a dead process"
    assert eventually(board.all_off, SAFE_S)


def test_a_silent_agent_is_killed_and_its_outputs_are_off(board: Board, child) -> None:
    """Connected, alive, its deciding thread hangs: it still owns the lines, so it must go first."""
    agent = child(3)
    board.drive_all()
    assert agent.stdout.readline() == b"silent\n"
    last_beat = time.monotonic()
    assert agent.poll() is None
    assert agent.wait(SAFE_S) == -9
    assert time.monotonic() >= last_beat + SILENCE_S - 0.2
    board.die()
    assert eventually(board.all_off, last_beat + SAFE_S + 0.2 - time.monotonic())


def test_an_agent_that_beats_is_left_alone(board: Board, child) -> None:
    agent = child(1000)
    board.drive_all()
    assert not eventually(lambda: agent.poll() is not None, SILENCE_S + 0.5)
    assert board.all_on()


def test_an_orderly_leave_kills_nobody_and_holds_the_lines(board: Board, running: Running) -> None:
    heard: list[Input] = []
    link = GuardLink(running.address, TABLE, heard.append)
    link.start()
    board.drive_all()
    board.die()
    link.beat()
    link.stop()
    assert heard == [GuardChanged(True)]
    assert eventually(board.all_off, 1.0)
    assert running.error is None


def test_the_next_agent_gets_its_lines_back(board: Board, child) -> None:
    first = child(1000)
    board.drive_all()
    first.kill()
    board.die()
    assert eventually(board.all_off, SAFE_S)
    child(1000)
    board.drive_all()
    assert board.all_on()


def test_a_guard_that_starts_alone_makes_safe_what_its_table_names(tmp_path: Path, board: Board) -> None:
    """Agent and guard died together; the supervisor starts the guard first."""
    (tmp_path / "outputs.json").write_bytes(HELLO)
    board.drive_all()
    board.die()
    alone = Running(tmp_path, board)
    assert not eventually(board.all_off, START_S - 0.5), "an agent that runs already gets a moment to say so"
    assert eventually(board.all_off, 1.0)
    alone.stop()


def test_the_table_is_kept_for_the_next_guard(board: Board, running: Running) -> None:
    with greet(running) as agent:
        assert agent.recv(1) == b"R"
        assert running.table.read_bytes() == HELLO


@pytest.mark.parametrize("table", [b"", b"{}", b"[1", b'{"outputs": [7]}', b"\xff"])
def test_a_broken_table_does_not_keep_the_guard_from_starting(tmp_path: Path, board: Board, table: bytes) -> None:
    (tmp_path / "outputs.json").write_bytes(table)
    made = Running(tmp_path, board)
    with greet(made) as agent:
        assert agent.recv(1) == b"R"
    made.stop()


@pytest.mark.parametrize("hello", [b"\n", b"hello\n", b'{"outputs": 3}\n', b'{"outputs": [{"name": "x"}]}\n', b"\xff\n", b"x" * 20_000])
def test_a_greeting_that_is_none_is_refused_and_the_next_one_heard(running: Running, hello: bytes) -> None:
    with greet(running, hello) as stranger, suppress(ConnectionResetError):
        assert stranger.recv(1) == b""
    with greet(running) as agent:
        assert agent.recv(1) == b"R"


def test_an_agent_that_hangs_up_before_the_answer_does_not_end_the_guard(board: Board, running: Running) -> None:
    """It gave up waiting, or was killed there: the guard must outlive it, whatever the answer runs into."""
    for _ in range(8):
        greet(running).close()
        eventually(lambda: False, 0.05)
    with greet(running) as agent:
        assert agent.recv(1) == b"R"
    assert running.thread.is_alive()


def test_the_agent_hears_that_the_guard_is_gone_and_that_it_is_back(tmp_path: Path, board: Board) -> None:
    heard: list[Input] = []
    first = Running(tmp_path, board)
    link = GuardLink(first.address, TABLE, heard.append)
    link.start()
    first.stop()
    assert eventually(lambda: heard == [GuardChanged(True), GuardChanged(False)], 3)
    second = Running(tmp_path, board)
    assert eventually(lambda: heard[2:] == [GuardChanged(True)], 3)
    link.stop()
    second.stop()
