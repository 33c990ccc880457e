"""Stations: where they are, whether they are there, what they last said of themselves."""

from __future__ import annotations

from collections import Counter
from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Query
from pydantic import BaseModel, Field

from cloud.api.parts import Parts, utc
from cloud.domain.presence import Standing, presence
from cloud.ports import StationRow

BACKLOG = 8
"""Waiting facts from here on are more than daily traffic."""


class FaultView(BaseModel):
    """One latched fault."""

    fault: str
    part: str


class RosterView(BaseModel):
    """Which roster the station has, and why it refused a newer one, if it did."""

    reported: int
    refused: str | None


class StationView(BaseModel):
    """A station now. Door, people inside, waiting facts and faults are as of `heard_at`."""

    station: str
    name: str
    city: str
    district: str
    standing: Standing
    since: str = Field(description="when this standing began, by the cloud's clock")
    reason: str
    flapping: bool = Field(description="its connection was lost four times within ten minutes, and not yet quiet for ten")
    heard_at: str = Field(description="last sign of life, by the cloud's clock")
    door: str
    inside: int
    waiting_facts: int = Field(description="facts that the station holds because nobody acknowledged them yet")
    waiting_batches: int = Field(description="batches of samples likewise")
    complete_until: str | None = Field(description="where much waits: all that waits happened after this, by the station's clock; not said in the stream")
    faults: list[FaultView]
    version: str
    boot: str
    roster: RosterView


class StationPage(BaseModel):
    """`cursor` for the next page, null on the last; `total` of all that fit the filter."""

    items: list[StationView]
    total: int
    cursor: str | None
    as_of: str


class Fleet(BaseModel):
    """All stations in numbers."""

    total: int
    online: int
    late: int
    lost: int
    stopped: int
    unknown: int
    flapping: int
    with_faults: int


def views(parts: Parts, rows: list[StationRow]) -> list[StationView]:
    """Stations as the API shows them."""
    complete = parts.backlog.complete_ms([row.station for row in rows if _behind(row)])
    return [view(parts, row, complete.get(row.station)) for row in rows]


def view(parts: Parts, row: StationRow, complete_ms: int | None = None) -> StationView:
    """One of them."""
    now_ms = parts.clock_ms()
    since_ms = parts.workers.listening_ms(row.station)
    seen = presence(row.heard, now_ms, now_ms if since_ms is None else since_ms, round(parts.settings.late_s * 1000))
    state = row.state
    return StationView(
        station=row.station,
        name=state.name if state else row.station,
        city=state.city if state else "",
        district=state.district if state else "",
        standing=seen.standing,
        since=utc(seen.since_ms),
        reason=seen.reason,
        flapping=seen.flapping,
        heard_at=utc(row.heard.heard_ms),
        door=state.door if state else "",
        inside=state.inside if state else 0,
        waiting_facts=state.outbox if state else 0,
        waiting_batches=state.batches if state else 0,
        complete_until=None if complete_ms is None else utc(complete_ms),
        faults=[FaultView(fault=one.fault.value, part=one.part) for one in state.faults] if state else [],
        version=state.version if state else "",
        boot=row.heard.boot,
        roster=RosterView(reported=row.roster_version, refused=row.roster_refused),
    )


def _behind(row: StationRow) -> bool:
    return row.state is not None and max(row.state.outbox, row.state.batches) >= BACKLOG


def fleet(parts: Parts) -> Fleet:
    """Counts by standing."""
    seen = [view(parts, row) for row in parts.stations.all()]
    counts = Counter(one.standing.value for one in seen)
    faulty = sum(bool(one.faults) for one in seen)
    return Fleet(total=len(seen), with_faults=faulty, flapping=sum(one.flapping for one in seen), **{one.value: counts[one.value] for one in Standing})


def routes(parts: Parts) -> APIRouter:
    """`/stations` and `/stations/{station}`."""
    router = APIRouter(tags=["stations"])

    @router.get("/stations")
    def stations(
        district: str | None = None,
        state: Standing | None = None,
        with_faults: bool = False,
        cursor: str = "",
        limit: Annotated[int, Query(ge=1, le=2000)] = 200,
    ) -> StationPage:
        """Stations by name, filtered by district, state and faults; `cursor` is the last station of the page before."""
        fitting = [
            one for one in views(parts, parts.stations.all())
            if district in (None, one.district) and state in (None, one.standing) and (one.faults or not with_faults)
        ]  # fmt: skip
        page = [one for one in fitting if one.station > cursor][: limit + 1]
        more = page[limit - 1].station if len(page) > limit else None
        return StationPage(items=page[:limit], total=len(fitting), cursor=more, as_of=utc(parts.clock_ms()))

    @router.get("/stations/{station}")
    def station(station: Annotated[str, Path(max_length=32)]) -> StationView:
        """One station."""
        row = parts.stations.one(station)
        if row is None:
            raise HTTPException(404, f"no station {station!r} was ever heard of")
        return views(parts, [row])[0]

    return router
