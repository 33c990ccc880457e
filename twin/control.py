"""A control channel on a Unix socket: one JSON object a line in, one out; only this user may open it. One thread serves all who ask.

Who asks holds up nobody for longer than SLOW_S: the line must come in one go, as it does from `ask`.
"""

import json
import os
import socket
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread
from typing import Any

IDLE_S = 0.25
SLOW_S = 5.0
MOST_BYTES = 65_536
REFUSALS = (ValueError, LookupError, TypeError)
"""What an answer raises in place of an answer; anything else ends the thread."""

Answer = Callable[[Mapping[str, Any]], object]


class ControlGone(Exception):
    """Nobody answers on the channel."""


class ControlServer:
    """`answer` gets each message on this thread; `idle` is called some times a second."""

    def __init__(self, path: Path, answer: Answer, idle: Callable[[], None] = lambda: None) -> None:
        self._answer, self._idle, self._path = answer, idle, path
        self._ended = Event()
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        path.unlink(missing_ok=True)
        self._listener.bind(str(path))
        os.chmod(path, 0o600)
        self._listener.listen()
        self._listener.settimeout(IDLE_S)
        self._thread = Thread(target=self._run, name="twin-control", daemon=True)

    def start(self) -> None:
        """Serve."""
        self._thread.start()

    def stop(self) -> None:
        """Returns when the thread has ended and the socket is gone."""
        self._ended.set()
        if self._thread.ident:
            self._thread.join()
        self._listener.close()
        self._path.unlink(missing_ok=True)

    def _run(self) -> None:
        while not self._ended.is_set():
            with suppress(TimeoutError):
                connected, _ = self._listener.accept()
                with connected, suppress(OSError):
                    connected.settimeout(SLOW_S)
                    self._serve(connected)
            self._idle()

    def _serve(self, connected: socket.socket) -> None:
        """One question, one answer."""
        line = connected.makefile("rb").readline(MOST_BYTES)
        try:
            message = json.loads(line)
            told: dict[str, object] = {"value": self._answer(message)} if isinstance(message, dict) else {"error": "not an object"}
        except REFUSALS as error:
            told = {"error": str(error)}
        connected.sendall(json.dumps(told).encode() + b"\n")


def ask(path: Path, op: str, **arguments: object) -> Any:
    """One question over a connection of its own.

    Raises:
        ControlGone: nobody listens there, or does not answer.
        ValueError: refused, in words.
    """
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as channel:
            channel.settimeout(2 * SLOW_S)
            channel.connect(str(path))
            channel.sendall(json.dumps({"op": op, **arguments}).encode() + b"\n")
            line = channel.makefile("rb").readline()
    except OSError as error:
        raise ControlGone(f"{path}: {error}") from error
    if not line:
        raise ControlGone(f"{path}: it hung up")
    told = json.loads(line)
    if "error" in told:
        raise ValueError(told["error"])
    return told["value"]
