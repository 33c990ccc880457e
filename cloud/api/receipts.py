"""Receipts of the roster: which stations have the newest one, and which have not, since when they are offline."""

from __future__ import annotations

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from cloud.api.caller import caller
from cloud.api.parts import Parts, utc
from cloud.api.stations import view
from cloud.domain.presence import Standing
from cloud.ports import StationRow


class Waiting(BaseModel):
    """A station that has not confirmed the newest roster: what was revoked may still open there."""

    station: str
    district: str
    version: int = Field(description="which it has; 0: none, or it never said")
    told_at: str | None = Field(description="when it last said so")
    refused: str | None = Field(description="why it refused a newer one, if it did")
    offline_since: str | None = Field(description="null: it is there, and should confirm within seconds")


class Receipts(BaseModel):
    """`confirmed` and `waiting` together are all stations that were ever heard of."""

    version: int = Field(description="the newest roster; 0: nobody was ever entered")
    confirmed: list[str]
    waiting: list[Waiting]
    as_of: str


class Refreshed(BaseModel):
    """How many stations are told again."""

    version: int
    stations: int


def receipts(parts: Parts) -> Receipts:
    """Of the newest roster."""
    version = parts.people.version()
    rows = parts.stations.all()
    return Receipts(
        version=version, confirmed=[row.station for row in rows if row.roster_version == version],
        waiting=[_waiting(parts, row) for row in rows if row.roster_version != version], as_of=utc(parts.clock_ms()),
    )  # fmt: skip


def _waiting(parts: Parts, row: StationRow) -> Waiting:
    seen = view(parts, row)
    return Waiting(
        station=row.station, district=seen.district, version=row.roster_version, told_at=None if row.roster_ms is None else utc(row.roster_ms),
        refused=row.roster_refused, offline_since=None if seen.standing is Standing.ONLINE else seen.since,
    )  # fmt: skip


def routes(parts: Parts) -> APIRouter:
    """`/roster/receipts` and `/roster/refresh`."""
    router = APIRouter(tags=["people"])

    @router.get("/roster/receipts")
    def read() -> Receipts:
        """Who has confirmed the newest roster, and who has not."""
        return receipts(parts)

    @router.post("/roster/refresh", status_code=202)
    def refresh(request: Request) -> Refreshed:
        """Tell every station again. It is told at once of each change anyway; this is for who does not trust that."""
        version, stations = parts.people.version(), len(parts.stations.all())
        parts.audit.note(caller(request).name, "roster.refresh", "all stations", f"version {version}")
        parts.people.announce()
        return Refreshed(version=version, stations=stations)

    return router
