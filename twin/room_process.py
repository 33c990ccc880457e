"""A room in a process of its own: `python -m twin.room_process --config FILE --socket PATH`.

One thread serves the socket and steps the room each 20 ms, so nothing here needs a lock. Three kinds of connection:
`pins` (asks, owns lines), `edges` (only told; belongs to a pins connection), `control` (a test).
A client that does not read loses edges, as it would in the kernel; it never holds up the room.
"""

import argparse
import json
import os
import selectors
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import yaml

from contract.config import StationConfig, check
from twin.fault_desk import OPS, FaultDesk
from twin.faults import Faults
from twin.fittings import w1_beside
from twin.lines import Edge, Kernel, LineBusy, Lines, Pull
from twin.room import CLOCK_STEP_S, Room

MOST_UNSENT = 1 << 20  # bytes that wait for a client; later edges are dropped


class Connection:
    """One client: what it has sent so far, and what still has to be sent to it."""

    def __init__(self, connected: socket.socket) -> None:
        self.socket = connected
        self.role = ""
        self.edges: Connection | None = None
        self._received = b""
        self._unsent = b""

    def receive(self) -> list[bytes] | None:
        """Return the complete lines that have come in; None when the client is gone."""
        try:
            data = self.socket.recv(65536)
        except OSError:
            return None
        if not data:
            return None
        *lines, self._received = (self._received + data).split(b"\n")
        return lines

    def send(self, message: object) -> None:
        """Send a line, or as much of it as goes; the rest follows in `flush`."""
        if len(self._unsent) < MOST_UNSENT:
            self._unsent += json.dumps(message).encode() + b"\n"
            self.flush()

    def flush(self) -> None:
        """Send what waits, as far as it goes."""
        if self._unsent:
            try:
                self._unsent = self._unsent[self.socket.send(self._unsent) :]
            except BlockingIOError:
                pass  # the client does not read just now
            except OSError:
                self._unsent = b""  # it is gone; the next receive says so


class RoomServer:
    """Serves one room on one Unix socket."""

    def __init__(self, config: StationConfig, path: Path, *, seed: int, kernel: Kernel) -> None:
        self.lines = Lines(kernel)
        self.room = Room(config, self.lines, seed, w1_beside(path))
        self.desk = FaultDesk(Faults(self.room))
        self._connections: dict[int, Connection] = {}
        self._selector = selectors.DefaultSelector()
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(str(path))
        os.chmod(path, 0o600)
        self._listener.listen()
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._ended = False

    def end_with(self, stream: Any) -> None:
        """End when this stream closes."""
        self._selector.register(stream, selectors.EVENT_READ)

    def run(self) -> None:
        """Serve until the stream of `end_with` closes."""
        last = time.monotonic()
        while not self._ended:
            now = time.monotonic()
            if now - last >= CLOCK_STEP_S:
                self.room.step(now - last)
                last = now
                self.desk.tick()
                for connection in self._connections.values():
                    connection.flush()
            for key, _ in self._selector.select(max(0.0, last + CLOCK_STEP_S - time.monotonic())):
                self._serve(key.fileobj)

    def _serve(self, ready: object) -> None:
        if ready is self._listener:
            self._accept()
        elif isinstance(ready, socket.socket):
            self._hear(self._connections[ready.fileno()])
        else:
            self._ended = True

    def _accept(self) -> None:
        connected, _ = self._listener.accept()
        connected.setblocking(False)
        self._connections[connected.fileno()] = Connection(connected)
        self._selector.register(connected, selectors.EVENT_READ)

    def _hear(self, connection: Connection) -> None:
        lines = connection.receive()
        if lines is None:
            self._drop(connection)
            return
        for line in lines:
            connection.send(self._answer(connection, line))

    def _drop(self, connection: Connection) -> None:
        """The client is dead: the kernel decides what its lines do."""
        self._selector.unregister(connection.socket)
        del self._connections[connection.socket.fileno()]
        connection.socket.close()
        self.lines.abandon(connection)

    def _answer(self, connection: Connection, line: bytes) -> dict[str, object]:
        try:
            message = json.loads(line)
            op = message.pop("op")
            if connection.role == "control" and op in OPS:
                return self.control(op, **message)
            return {"value": _OPS[connection.role, op](self, connection, **message)}
        except LineBusy as busy:
            return {"busy": busy.pin}
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            return {"error": f"{line[:200]!r}: {type(error).__name__}: {error}"}

    # --- answers ---

    def hello(self, connection: Connection, role: str, token: int = 0) -> int:
        """Say what a connection is for; return the token that ties an edges connection to a pins connection."""
        if role == "edges":
            self._connections[token].edges = connection
        connection.role = role
        return connection.socket.fileno()

    def output(self, connection: Connection, pin: int, high: bool) -> None:
        """Drive a line that the client holds, or that nobody does."""
        self.lines.claim(pin, connection)
        self.lines.set_output(pin, high)

    def input(self, connection: Connection, pin: int, pull: str) -> None:
        """Stop driving a line that the client holds, or that nobody does."""
        self.lines.claim(pin, connection)
        self.lines.set_input(pin, Pull(pull))

    def watch(self, connection: Connection, pin: int, on: bool) -> None:
        """Send edges of a line to the edges connection, or stop."""

        def tell(edge: Edge) -> None:
            if connection.edges is not None:
                connection.edges.send([edge.pin, edge.at, edge.high])

        self.lines.watch(pin, tell if on else None)

    def spi(self, connection: Connection, words: list[int]) -> list[int]:
        """Return what the converter answers."""
        return self.room.adc.transfer(words)

    def control(self, op: str, **arguments: Any) -> dict[str, object]:
        """What people do, what breaks: refusals in their own words."""
        try:
            return {"value": OPS[op](self.desk, self.room, **arguments)}
        except ValueError as error:
            return {"error": str(error)}


_OPS: dict[tuple[str, str], Callable[..., object]] = {
    ("", "hello"): RoomServer.hello,
    ("pins", "claim"): lambda server, who, pin: server.lines.claim(pin, who),
    ("pins", "abandon"): lambda server, who: server.lines.abandon(who),
    ("pins", "output"): RoomServer.output,
    ("pins", "input"): RoomServer.input,
    ("pins", "level"): lambda server, who, pin: server.lines.level(pin),
    ("pins", "i2c_broken"): lambda server, who: server.lines.i2c_broken,
    ("pins", "watch"): RoomServer.watch,
    ("pins", "spi"): RoomServer.spi,
    ("control", "truth"): lambda server, who: asdict(server.room.truth()),
    ("control", "timeline"): lambda server, who, pin: server.lines.timeline(pin),
}


def main() -> None:
    """Serve until killed, or until standard input closes when asked to."""
    parser = argparse.ArgumentParser(prog="twin.room_process", description="a simulated room on a Unix socket")
    parser.add_argument("--config", type=Path, required=True, help="YAML or JSON file of a station's configuration")
    parser.add_argument("--socket", type=Path, required=True, help="path of the socket to make")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--kernel", type=Kernel, default=Kernel.LINE_STAYS, help="stays or falls")
    parser.add_argument("--until-stdin-closes", action="store_true")
    asked = parser.parse_args()
    config = check(yaml.safe_load(asked.config.read_text()))
    server = RoomServer(config, asked.socket, seed=asked.seed, kernel=asked.kernel)
    if asked.until_stdin_closes:
        server.end_with(sys.stdin)
    try:
        print("ready", flush=True)
        server.run()
    finally:
        asked.socket.unlink(missing_ok=True)


if __name__ == "__main__":
    main()
