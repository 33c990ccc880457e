"""Carries what was just committed from the ingest thread to the clients of the event stream. Bounded: a slow client is let go."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable

from cloud.ports import FactRow, StationRow

Row = FactRow | StationRow

MOST_WAITING = 1000
MOST_SUBSCRIBERS = 200


class Subscriber:
    """One client. Only used on the event loop."""

    def __init__(self) -> None:
        self.waiting: deque[Row] = deque()
        self.overflowed = False
        self.closed = False
        self._news = asyncio.Event()

    def give(self, rows: Iterable[Row]) -> None:
        """Add what happened; beyond 1000 unread ones the client must begin anew."""
        self.waiting.extend(rows)
        if len(self.waiting) > MOST_WAITING:
            self.waiting.clear()
            self.overflowed = True
        self._news.set()

    def close(self) -> None:
        """End the stream at its next step."""
        self.closed = True
        self._news.set()

    async def take(self, timeout_s: float) -> list[Row]:
        """What happened since; empty after the timeout, or when closed or overflowed."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._news.wait()
        except TimeoutError:
            return []
        self._news.clear()
        taken = list(self.waiting)
        self.waiting.clear()
        return taken


class Hub:
    """A listener of the ingest; `attach` it to the event loop first, until then nobody listens."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._subscribers: set[Subscriber] = set()
        self._closed = False

    def attach(self, loop: asyncio.AbstractEventLoop) -> None:
        """From now on."""
        self._loop, self._closed = loop, False

    def __call__(self, facts: Iterable[FactRow], stations: Iterable[StationRow]) -> None:
        """From any thread, never blocks."""
        if self._loop is not None and not self._loop.is_closed():
            rows: list[Row] = [*facts, *stations]
            self._loop.call_soon_threadsafe(self._spread, rows)

    def subscribe(self) -> Subscriber | None:
        """A new client; None when there are too many or the server is ending."""
        if self._closed or len(self._subscribers) >= MOST_SUBSCRIBERS:
            return None
        subscriber = Subscriber()
        self._subscribers.add(subscriber)
        return subscriber

    def leave(self, subscriber: Subscriber) -> None:
        """The client went."""
        self._subscribers.discard(subscriber)

    def close(self) -> None:
        """Let every client go, so that the server can end. On the event loop."""
        self._closed = True
        for subscriber in self._subscribers:
            subscriber.close()

    def _spread(self, rows: list[Row]) -> None:
        for subscriber in self._subscribers:
            subscriber.give(rows)
