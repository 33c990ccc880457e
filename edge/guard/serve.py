"""The guard's loop: one agent at a time over a Unix socket. A beat is a byte, answered by a byte.

The agent's first line is JSON, {"outputs": [{"name", "pin", "active_high"}]}, answered by `R` once the lines are free for it.
When the connection ends, or no beat came for SILENCE_S, the agent is killed and every output is claimed and made safe.
"""

import json
import logging
import os
import signal
import socket
import struct
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from edge.guard.lines import Line, SafeLines

log = logging.getLogger(__name__)
SILENCE_S = 1.5
"""With the poll below and the claiming, all outputs are safe within 2 s of the last beat."""
POLL_S = 0.1
START_S = 3.0
"""After its own start the guard waits so long for an agent that may run already."""
HELLO_BYTES = 16 * 1024
BYE = b"Q"
"""Sent instead of a beat by an agent that ends in order."""


class Guard:
    """Serves until `stopping` is set; calls `beat` several times a second."""

    def __init__(self, address: Path, table: Path, pins: Callable[[], Any]) -> None:
        """`pins` opens a fresh pin factory; nothing is opened while an agent lives."""
        self._table, self._lines = table, SafeLines(pins)
        self.beat: Callable[[], None] = lambda: None
        self._known = _load(table)
        address.unlink(missing_ok=True)
        self._server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._server.bind(str(address))
        address.chmod(0o600)
        self._server.listen(4)
        self._server.settimeout(POLL_S)
        self._safe_at = time.monotonic() + START_S
        self.stopping = False

    def serve(self) -> None:
        """Blocks. When it ends, lines that it holds are given back at their safe value."""
        while not self.stopping:
            self.beat()
            try:
                agent, _ = self._server.accept()
            except TimeoutError:
                self._alone()
                continue
            with agent:
                self._watch(agent)
            self._lines.demand(self._known)
        self._lines.give_back()
        self._server.close()

    def _alone(self) -> None:
        """No agent: hold everything safe."""
        if self._lines.complete and time.monotonic() >= self._safe_at:
            self._safe_at = float("inf")
            self._lines.demand(self._known)
        self._lines.claim()

    def _watch(self, agent: socket.socket) -> None:
        """Until this agent is gone. One that did not take its leave does not run when this returns."""
        agent.settimeout(POLL_S)
        pid = _peer(agent)
        process = _hold(pid)
        orderly = False
        if self._greet(agent):
            log.info("guard: agent %d is watched", pid)
            orderly = self._follow(agent)
        if not orderly and not self.stopping:
            log.warning("guard: agent %d is gone or silent; outputs are made safe", pid)
            _kill(pid, process)
        if process is not None:
            os.close(process)

    def _greet(self, agent: socket.socket) -> bool:
        try:
            words = b""
            until = time.monotonic() + SILENCE_S
            while not words.endswith(b"\n") and len(words) < HELLO_BYTES and time.monotonic() < until:
                words += _receive(agent) or b""
            self._known = _parse(words)
            _save(self._table, words)
            self._lines.give_back()
            agent.sendall(b"R")
        except (OSError, ValueError, TypeError, KeyError) as error:
            log.error("guard: greeting refused: %s", error)
            return False
        return True

    def _follow(self, agent: socket.socket) -> bool:
        """True when the agent took its leave: its outputs are off and its lines free."""
        last = time.monotonic()
        while not self.stopping and time.monotonic() < last + SILENCE_S:
            self.beat()
            try:
                beats = _receive(agent)
                if beats is None:
                    continue
                if BYE in beats:
                    return True
                agent.send(b".")
            except OSError:
                return False
            last = time.monotonic()
        return False


def _receive(agent: socket.socket) -> bytes | None:
    """Bytes, or None when none came within POLL_S. Raises: ConnectionError at the end of the connection."""
    try:
        words = agent.recv(4096)
    except TimeoutError:
        return None
    if not words:
        raise ConnectionError("closed")
    return words


def _parse(words: bytes) -> list[Line]:
    return [Line(str(o["name"]), int(o["pin"]), bool(o["active_high"])) for o in json.loads(words)["outputs"]]


def _load(table: Path) -> list[Line]:
    try:
        return _parse(table.read_bytes())
    except (OSError, ValueError, TypeError, KeyError):
        return []


def _save(table: Path, words: bytes) -> None:
    """A guard that starts while no agent runs must know the lines too."""
    fresh = table.with_suffix(".new")
    try:
        fresh.write_bytes(words)
        fresh.replace(table)
    except OSError as error:
        log.warning("guard: table of outputs not kept: %s", error)


def _peer(agent: socket.socket) -> int:
    """The process at the other end, by the kernel's word."""
    credentials = agent.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    return int(struct.unpack("3i", credentials)[0])


def _hold(pid: int) -> int | None:
    """A descriptor of exactly this process, so that a later one with its number is never meant; None where the kernel has none."""
    try:
        return os.pidfd_open(pid)
    except (AttributeError, OSError):
        return None


def _kill(pid: int, process: int | None) -> None:
    """A stopped or looping agent still owns its lines; a dead one is nobody's. Never the guard itself."""
    if pid in (0, os.getpid()):
        return
    try:
        if process is not None:
            signal.pidfd_send_signal(process, signal.SIGKILL)
        else:
            os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return
