"""The agent's end of the guard's socket: tells the outputs once, then a byte a beat, and posts when the guard stops answering."""

import json
import socket
from pathlib import Path
from threading import Event, Thread
from time import monotonic

from edge.domain.messages import GuardChanged, Post
from edge.domain.safe_state import Output

ANSWER_S = 2.0
"""Without an answer for this long nothing more is granted."""
RETRY_S = 0.25
POLL_S = 0.25


class GuardLink:
    """Connects before any line is claimed, so that the guard has let go of them."""

    def __init__(self, address: Path, outputs: list[Output], post: Post) -> None:
        self._address, self._post = address, post
        table = [{"name": o.name, "pin": o.pin, "active_high": o.active_high} for o in outputs]
        self._hello = json.dumps({"outputs": table}).encode() + b"\n"
        self._socket: socket.socket | None = None
        self._stopped = Event()
        self._thread = Thread(target=self._run, name="guard-link", daemon=True)

    def start(self, wait_s: float = 5.0) -> None:
        """Returns once the guard has given the lines free, or after wait_s: then the station runs and grants nothing."""
        until = monotonic() + wait_s
        while not self._connect() and monotonic() < until:
            self._stopped.wait(RETRY_S)
        self._post(GuardChanged(alive=self._socket is not None))
        self._thread.start()

    def stop(self) -> None:
        """Takes leave; call it once the lines are given back."""
        self._stopped.set()
        self._thread.join(2.0)
        self._send(b"Q")
        self._drop()

    def beat(self) -> None:
        """Never blocks, never raises: a full socket is a guard that does not read."""
        self._send(b".")

    def _send(self, word: bytes) -> None:
        if self._socket:
            try:
                self._socket.send(word, socket.MSG_DONTWAIT)
            except OSError:
                return

    def _run(self) -> None:
        heard = monotonic()
        while not self._stopped.is_set():
            if self._socket is None:
                self._stopped.wait(RETRY_S)
                if self._connect():
                    heard = monotonic()
                    self._post(GuardChanged(alive=True))
            elif self._answered(self._socket):
                heard = monotonic()
            elif self._socket is None or monotonic() > heard + ANSWER_S:
                self._drop()
                self._post(GuardChanged(alive=False))

    def _answered(self, guard: socket.socket) -> bool:
        try:
            if guard.recv(4096):
                return True
        except TimeoutError:
            return False
        except OSError:
            pass
        self._drop()
        return False

    def _connect(self) -> bool:
        guard = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        guard.settimeout(2.0)
        try:
            guard.connect(str(self._address))
            guard.sendall(self._hello)
            if guard.recv(1) != b"R":
                raise ConnectionError("the guard did not greet")
        except OSError:
            guard.close()
            return False
        guard.settimeout(POLL_S)
        self._socket = guard
        return True

    def _drop(self) -> None:
        dropped, self._socket = self._socket, None
        if dropped:
            dropped.close()
