"""Pins and hands at the other end of a Unix socket, where a room lives in a process of its own (room_process.py).

A line belongs to one connection, as it belongs to one process in the kernel: kill the process and its lines go the way
the kernel sends them, while the room goes on. Messages are one JSON object to a line.
"""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Lock, Thread
from typing import Any

from pydantic import TypeAdapter

from twin.lines import Adc, Edge, Kernel, LineBusy, Pull
from twin.pins import LineFactory
from twin.room import RoomTruth

READY_S = 20.0


class RoomGone(Exception):
    """The process of the room does not answer any more."""


class Call:
    """One question at a time over a socket of its own; the answer is read on the thread that asks."""

    def __init__(self, path: Path, role: str, **hello: object) -> None:
        self._lock = Lock()
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.connect(str(path))
        self._lines = self._socket.makefile("rb")
        self.welcome = self.ask("hello", role=role, **hello)

    def ask(self, op: str, **arguments: object) -> Any:
        """Return the answer to one question. Raises LineBusy, ValueError for a refusal, RoomGone."""
        with self._lock:
            try:
                self._socket.sendall(json.dumps({"op": op, **arguments}).encode() + b"\n")
                line = self._lines.readline()
            except OSError as error:
                raise RoomGone(f"{op}: {error}") from error
        if not line:
            raise RoomGone(f"{op}: the room process has closed the connection")
        answer = json.loads(line)
        if "busy" in answer:
            raise LineBusy(answer["busy"])
        if "error" in answer:
            raise ValueError(answer["error"])
        return answer["value"]

    def next_line(self) -> bytes:
        """Wait for a line that nobody asked for; empty when the other side is gone."""
        try:
            return self._lines.readline()
        except (OSError, ValueError):
            return b""

    def close(self) -> None:
        """Hang up; a thread in `next_line` wakes."""
        with suppress(OSError):  # the other side may have hung up first
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


class RemoteAdc:
    """The converter in the other process."""

    def __init__(self, call: Call) -> None:
        self._call = call

    def transfer(self, words: list[int]) -> list[int]:
        """Return what the chip answers."""
        answer: list[int] = self._call.ask("spi", words=words)
        return answer


class RemoteLines:
    """The board's side of lines whose room is another process. Levels are set on return, as with a kernel call."""

    def __init__(self, path: Path) -> None:
        self.clock: Callable[[], float] = time.monotonic
        self._call = Call(path, "pins")
        self._edges = Call(path, "edges", token=self._call.welcome)
        self._adc = RemoteAdc(self._call)
        self._outputs: dict[int, bool] = {}
        self._pulls: dict[int, Pull] = {}
        self._watchers: dict[int, Callable[[Edge], None]] = {}
        Thread(target=self._read_edges, name="twin-edges", daemon=True).start()

    @property
    def adc(self) -> Adc | None:
        """The converter on the bus of the other process."""
        return self._adc

    @property
    def i2c_broken(self) -> bool:
        """Whether nobody answers on the bus of the expanders."""
        return bool(self._call.ask("i2c_broken"))

    def claim(self, pin: int, owner: object) -> None:
        """Take a line for this process. Raises LineBusy."""
        self._call.ask("claim", pin=pin)

    def abandon(self, owner: object) -> None:
        """Let go of all lines, as the death of this process would."""
        with suppress(RoomGone):  # no room, no lines
            self._call.ask("abandon")
        self._call.close()
        self._edges.close()

    def set_output(self, pin: int, high: bool) -> None:
        """Drive a line."""
        self._call.ask("output", pin=pin, high=high)
        self._outputs[pin] = True

    def set_input(self, pin: int, pull: Pull) -> None:
        """Stop driving a line."""
        self._call.ask("input", pin=pin, pull=pull.value)
        self._outputs[pin] = False
        self._pulls[pin] = pull

    def is_output(self, pin: int) -> bool:
        """Return whether this process drives the line."""
        return self._outputs.get(pin, False)

    def pull(self, pin: int) -> Pull:
        """Return the resistor that is switched in."""
        return self._pulls.get(pin, Pull.FLOATING)

    def level(self, pin: int) -> bool:
        """Return the true level of the line."""
        return bool(self._call.ask("level", pin=pin))

    def watch(self, pin: int, watcher: Callable[[Edge], None] | None) -> None:
        """Hand each edge of the line to `watcher`, on the thread that reads edges."""
        if watcher is None:
            self._watchers.pop(pin, None)
        else:
            self._watchers[pin] = watcher
        self._call.ask("watch", pin=pin, on=watcher is not None)

    def _read_edges(self) -> None:
        while line := self._edges.next_line():
            pin, at, high = json.loads(line)
            watcher = self._watchers.get(pin)
            if watcher is not None:
                watcher(Edge(pin, at, high))


class RemoteFactory(LineFactory):
    """gpiozero pins on the lines of a room in another process; callbacks run on a thread of the factory's own."""

    def __init__(self, path: Path | str) -> None:
        super().__init__(RemoteLines(Path(path)), threaded=True)


class RoomControl:
    """A test's hand in the room of another process: what is so, what breaks, what people do."""

    def __init__(self, path: Path | str) -> None:
        self._call = Call(Path(path), "control")
        self._truth = TypeAdapter(RoomTruth)

    def truth(self) -> RoomTruth:
        """Return everything that is really so; `at` is CLOCK_MONOTONIC, shared with this process."""
        return self._truth.validate_python(self._call.ask("truth"))

    def plant(self, fault: str, target: str | None = None, for_s: float | None = None) -> None:
        """Break something (names: twin.faults.names); `for_s`: it mends itself after so many seconds."""
        self._call.ask("plant", name=fault, target=target, for_s=for_s)

    def clear(self, fault: str, target: str | None = None) -> None:
        """Mend it again."""
        self._call.ask("clear", name=fault, target=target)

    def ask(self, op: str, **arguments: object) -> Any:
        """One of the questions of twin/fault_desk.py, as it came over another control channel."""
        return self._call.ask(op, **arguments)

    def act(self, act: str, **arguments: object) -> bool | int | None:
        """Let a person do something: the name of one of twin/acts.py, such as pull_door, and its arguments."""
        answer: bool | int | None = self._call.ask("act", name=act, arguments=arguments)
        return answer

    def timeline(self, pin: int) -> list[tuple[float, bool]]:
        """Return (CLOCK_MONOTONIC s, level) of each change that boards and kernel made to a line, oldest first."""
        return [(at, high) for at, high in self._call.ask("timeline", pin=pin)]

    def close(self) -> None:
        """Hang up; the room goes on."""
        self._call.close()


class RoomProcess:
    """A room in a child process; it ends with `stop`, or when this process ends, however it ends."""

    def __init__(self, config: Path, path: Path, *, seed: int = 0, kernel: Kernel = Kernel.LINE_STAYS) -> None:
        """Returns once the room answers. `config`: YAML or JSON file of a StationConfig; `path`: the socket to make."""
        command = [sys.executable, "-m", "twin.room_process", "--config", str(config), "--socket", str(path)]
        command += ["--seed", str(seed), "--kernel", kernel.value, "--until-stdin-closes"]
        self.path = path
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=Path(__file__).parent.parent, start_new_session=True
        )  # Ctrl-C is for whoever started it
        assert self._process.stdout is not None
        if not self._process.stdout.readline():
            raise RoomGone(f"room process ended with {self._process.wait(READY_S)} before it was ready; see its output")
        self.control = RoomControl(path)

    @property
    def pid(self) -> int:
        """Process id of the room."""
        return self._process.pid

    def stop(self) -> None:
        """End the room; returns when its process has ended."""
        self.control.close()
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(READY_S)
        self._process.stdout.close()

    def __enter__(self) -> "RoomProcess":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
