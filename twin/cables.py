"""The cables between stations and broker: a relay on loopback that can be cut, as a digger would, and joined again.

It passes bytes on and looks at none. One thread with an event loop serves all cables.
"""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from threading import Thread
from typing import Any

HOST = "127.0.0.1"
PIECE = 65536
ANSWER_S = 5.0


class Cable:
    """One station's. `port` is where the station finds the broker; cut and join may be called from any thread."""

    def __init__(self, loop: asyncio.AbstractEventLoop, host: str, port: int) -> None:
        self.port = 0
        self._loop, self._broker = loop, (host, port)
        self._whole = True
        self._running: set[asyncio.Task[Any]] = set()

    def cut(self) -> None:
        """Both ends lose their connection without a goodbye, and new ones come to nothing."""
        self._loop.call_soon_threadsafe(self._cut)

    def join(self) -> None:
        """New connections work again."""
        self._whole = True

    async def lay(self) -> None:
        """Listen."""
        server = await asyncio.start_server(self._connected, HOST, 0)
        self.port = server.sockets[0].getsockname()[1]

    def _cut(self) -> None:
        self._whole = False
        for task in self._running:
            task.cancel()

    async def _connected(self, station: asyncio.StreamReader, to_station: asyncio.StreamWriter) -> None:
        if not self._whole:
            to_station.transport.abort()
            return
        try:
            broker, to_broker = await asyncio.open_connection(*self._broker)
        except OSError:
            to_station.transport.abort()
            return
        await self._pass_on((station, to_broker), (broker, to_station))

    async def _pass_on(self, *ways: tuple[asyncio.StreamReader, asyncio.StreamWriter]) -> None:
        """Until one side ends; then both do."""
        tasks = [asyncio.ensure_future(_copy(*way)) for way in ways]
        self._running.update(tasks)
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._running.difference_update(tasks)
        for _, writer in ways:
            writer.close()


class Cables:
    """All of them."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._run, name="twin-cables", daemon=True)

    def start(self) -> None:
        """Begin to serve."""
        self._thread.start()

    def lay(self, host: str, port: int) -> Cable:
        """A cable to this broker."""
        cable = Cable(self._loop, host, port)
        self._do(cable.lay())
        return cable

    def stop(self) -> None:
        """End every connection and the thread."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(ANSWER_S)

    def _run(self) -> None:
        self._loop.run_forever()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.close()


async def _copy(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while piece := await source.read(PIECE):
            sink.write(piece)
            await sink.drain()
