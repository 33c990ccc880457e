"""Server-sent events: facts and stations as they are committed. The id of an event is the ledger's, so that a client that was
away goes on where it stopped."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool

from cloud.api import facts, stations
from cloud.api.auth import bearer
from cloud.api.live import Subscriber
from cloud.api.parts import Parts, utc
from cloud.ports import FactQuery, FactRow, StationRow

STILL_HERE_S = 15.0
MOST_BACKLOG = 1000


def routes(parts: Parts) -> APIRouter:
    """`/stream`."""
    router = APIRouter(tags=["stream"])

    @router.get("/stream", response_class=StreamingResponse)
    async def stream(request: Request, station: str | None = None, after: int | None = None) -> StreamingResponse:
        """Events `fact` (with id), `station` and `resync` (too much was missed: load anew). Goes on after `Last-Event-ID`,
        or after the query's `after`; without either it begins now."""
        said = request.headers.get("last-event-id", "")
        start = int(said) if said.isdigit() and len(said) < 18 else after
        subscriber = parts.hub.subscribe()
        if subscriber is None:
            raise HTTPException(503, "too many clients follow the stream, or the server is ending")
        token = bearer(request)
        may = (lambda: parts.accounts.caller(token) is not None) if token and parts.settings.reads_need_token else (lambda: True)
        return StreamingResponse(follow(parts, subscriber, station, start, may), media_type="text/event-stream")

    return router


async def follow(
    parts: Parts, subscriber: Subscriber, station: str | None, start: int | None, may: Callable[[], bool] = lambda: True, every_s: float = STILL_HERE_S
) -> AsyncIterator[str]:  # fmt: skip
    """The text of the stream, until the client goes, is too slow, may not follow any longer (asked every 15 s), or the server ends."""
    try:
        asked_s = time.monotonic()
        newest = await run_in_threadpool(parts.ledger.safe_id)
        sent = newest if start is None else start
        yield "retry: 2000\n\n"
        missed = await run_in_threadpool(parts.ledger.facts, _since(station, sent))
        if sent > newest or len(missed) > MOST_BACKLOG:
            yield event("resync", utc(parts.clock_ms()), newest)
            sent, missed = newest, []
        else:
            yield event("hello", utc(parts.clock_ms()), sent)
        for row in missed:
            if row.id <= newest:
                yield event("fact", facts.view(row), row.id)
                sent = row.id
        while not subscriber.closed:
            rows = await subscriber.take(every_s)
            if time.monotonic() - asked_s >= every_s:
                asked_s = time.monotonic()
                if not await run_in_threadpool(may):
                    return
            if subscriber.overflowed:
                yield event("resync", utc(parts.clock_ms()))
                return
            text = "".join(_event(parts, row) for row in rows if _wanted(row, station, sent))
            yield text or ": still here\n\n"
    finally:
        parts.hub.leave(subscriber)


def event(name: str, data: BaseModel | str, id: int | None = None) -> str:
    """One event; JSON has no line breaks of its own."""
    body = data if isinstance(data, str) else data.model_dump_json()
    return f"event: {name}\n" + (f"id: {id}\n" if id is not None else "") + f"data: {body}\n\n"


def _since(station: str | None, id: int) -> FactQuery:
    return FactQuery(station=station, after=id, order="oldest", limit=MOST_BACKLOG + 1)


def _wanted(row: FactRow | StationRow, station: str | None, sent: int) -> bool:
    return station in (None, row.station) and not (isinstance(row, FactRow) and row.id <= sent)


def _event(parts: Parts, row: FactRow | StationRow) -> str:
    if isinstance(row, FactRow):
        return event("fact", facts.view(row), row.id)
    return event("station", stations.view(parts, row))
