"""A network that fails: a relay on loopback between somebody and a server, which can cut, stall, swallow, abandon, slow down and refuse.

What TCP rules out it cannot do: bytes of one connection stay in order. One thread with an event loop serves all wires.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from threading import Thread

HOST = "127.0.0.1"
PIECE = 4096
LOOK_S = 0.02
ANSWER_S = 5.0


class Fault(Enum):
    """What happens to a wire. All but the first two last until `mend`; what was swallowed or abandoned never comes back to life."""

    CUT = "both ends hear of it at once"
    CUT_MIDWAY = "as CUT, in the middle of what is sent next"
    STALL = "nothing moves, and then goes on"
    SWALLOW = "half open: both ends believe in a connection that leads to nowhere"
    ABANDON = "half open: one end is gone, and the server was not told"
    SLOW = "2 kB/s, in pieces of a few bytes"
    REFUSE = "cut, and nobody answers"


LASTING = frozenset({Fault.STALL, Fault.SLOW, Fault.REFUSE})
SLOW_BYTES, SLOW_S = 40, 0.02


@dataclass
class Pair:
    """One connection through a wire."""

    near: asyncio.StreamWriter
    far: asyncio.StreamWriter
    dead: bool = False
    abandoned: bool = False

    def abort(self) -> None:
        """Both ends, without a goodbye."""
        self.near.transport.abort()
        if not self.abandoned:
            self.far.transport.abort()


class Wire:
    """`port` is where it begins; `accepted` how often somebody connected. Faults may be called from any thread."""

    def __init__(self, loop: asyncio.AbstractEventLoop, target: Callable[[], int]) -> None:
        self.port, self.accepted = 0, 0
        self._loop, self._target = loop, target
        self._fault: Fault | None = None
        self._left: int | None = None
        self._pairs: list[Pair] = []

    def plant(self, fault: Fault, midway: int = 0) -> None:
        """From now on; `midway`: bytes that still pass before CUT_MIDWAY."""
        self._loop.call_soon_threadsafe(self._plant, fault, midway)

    def mend(self) -> None:
        """New connections work, and those that only waited go on."""
        self._fault = None

    async def lay(self) -> None:
        """Listen."""
        server = await asyncio.start_server(self._connected, HOST, 0)
        self.port = server.sockets[0].getsockname()[1]

    def _plant(self, fault: Fault, midway: int) -> None:
        self._fault = fault if fault in LASTING else self._fault
        match fault:
            case Fault.CUT | Fault.REFUSE:
                self._abort()
            case Fault.CUT_MIDWAY:
                self._left = midway
            case Fault.SWALLOW:
                for pair in self._pairs:
                    pair.dead = True
            case Fault.ABANDON:
                for pair in self._pairs:
                    pair.dead = pair.abandoned = True
                    pair.near.transport.abort()

    def _abort(self) -> None:
        for pair in self._pairs:
            pair.abort()

    async def _connected(self, near: asyncio.StreamReader, to_near: asyncio.StreamWriter) -> None:
        self.accepted += 1
        if self._fault is Fault.REFUSE:
            to_near.transport.abort()
            return
        try:
            far, to_far = await asyncio.open_connection(HOST, self._target())
        except OSError:
            to_near.transport.abort()
            return
        pair = Pair(to_near, to_far)
        self._pairs.append(pair)
        ways = [asyncio.ensure_future(self._copy(pair, *way)) for way in ((near, to_far), (far, to_near))]
        with suppress(asyncio.CancelledError):
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        if pair.abandoned:
            await asyncio.wait(ways, return_when=asyncio.ALL_COMPLETED)
        pair.abandoned = False
        pair.abort()
        for way in ways:
            way.cancel()
        self._pairs.remove(pair)

    async def _copy(self, pair: Pair, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while piece := await source.read(PIECE):
                while self._fault is Fault.STALL:
                    await asyncio.sleep(LOOK_S)
                if pair.dead:
                    continue
                for part in self._parts(piece):
                    sink.write(part)
                    await sink.drain()
                    await asyncio.sleep(SLOW_S if self._fault is Fault.SLOW else 0)
                if self._left == 0:
                    self._left = None
                    self._abort()

    def _parts(self, piece: bytes) -> Iterable[bytes]:
        if self._left is not None:
            piece = piece[: self._left]
            self._left -= len(piece)
        if self._fault is not Fault.SLOW:
            return [piece]
        return (piece[at : at + SLOW_BYTES] for at in range(0, len(piece), SLOW_BYTES))


class Wires:
    """All of them; use it as a context."""

    def __enter__(self) -> Wires:
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._run, name="wires", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def lay(self, target: Callable[[], int]) -> Wire:
        """A wire to the port that `target` gives when somebody connects."""
        wire = Wire(self._loop, target)
        asyncio.run_coroutine_threadsafe(wire.lay(), self._loop).result(ANSWER_S)
        return wire

    def _run(self) -> None:
        self._loop.run_forever()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0.05))
        self._loop.close()
