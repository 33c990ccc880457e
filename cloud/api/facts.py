"""Facts: what happened, from the ledger, in the order of arrival."""

from __future__ import annotations

import json
from datetime import datetime
from functools import cache
from typing import Annotated, Any, Literal

from fastapi import APIRouter, HTTPException, Query
from pydantic import BaseModel, Field

from cloud.api.parts import Parts, to_ms, utc
from cloud.ports import FactQuery, FactRow
from contract.charging import ocpp_error, ocpp_reason
from contract.facts import FACT, FaultCode, Stop


class FactView(BaseModel):
    """A fact; docs/facts.md says what `data` holds for each kind. `at` is the station's clock, `received_at` the cloud's."""

    id: int
    station: str
    epoch: str
    seq: int
    boot: str
    at: str
    up: float = Field(description="s of the station's monotonic clock")
    clock: str = Field(description="'unsure': the station did not believe its own clock")
    kind: str
    data: dict[str, Any]
    received_at: str
    ocpp: str | None = Field(None, description="of a charge that ended its reason, of a fault its error code, in the words of OCPP 1.6; else null")


class FactPage(BaseModel):
    """`cursor` for the next page, null on the last."""

    items: list[FactView]
    cursor: int | None
    as_of: str


@cache
def kinds() -> frozenset[str]:
    """Every kind of fact that the contract knows."""
    return frozenset(FACT.json_schema()["discriminator"]["mapping"])


def view(row: FactRow) -> FactView:
    """A fact as the API shows it."""
    data = json.loads(row.data)
    return FactView(
        id=row.id, station=row.station, epoch=row.epoch, seq=row.seq, boot=row.boot, at=utc(row.at_ms), up=row.up_s, clock=row.clock,
        kind=row.kind, data=data, received_at=utc(row.received_ms), ocpp=in_ocpp(row.kind, data),
    )  # fmt: skip


def in_ocpp(kind: str, data: dict[str, Any]) -> str | None:
    """The word of that protocol for what is told, if it has any."""
    match kind:
        case "charge_ended":
            return ocpp_reason(Stop(data["stop"]))
        case "fault_raised":
            return ocpp_error(FaultCode(data["fault"]))
        case "fault_cleared":
            return ocpp_error(None)
    return None


def routes(parts: Parts) -> APIRouter:
    """`/facts`."""
    router = APIRouter(tags=["facts"])
    known = kinds()

    @router.get("/facts")
    def facts(
        station: str | None = None,
        kind: Annotated[tuple[str, ...], Query(description="may be given several times")] = (),
        since: Annotated[datetime | None, Query(description="by the station's clock, inclusive")] = None,
        until: Annotated[datetime | None, Query(description="by the station's clock, exclusive")] = None,
        order: Literal["newest", "oldest"] = "newest",
        cursor: Annotated[int | None, Query(ge=0, le=2**53, description="of the page before")] = None,
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    ) -> FactPage:
        """Facts, newest or oldest arrival first."""
        if unknown := set(kind) - known:
            raise HTTPException(422, f"kind: {min(unknown)[:40]!r} is no fact; known: {', '.join(sorted(known))}")
        after, before = (cursor, None) if order == "oldest" else (None, cursor)
        query = FactQuery(station, kind, to_ms(since), to_ms(until), after, before, order, limit + 1)
        rows = parts.ledger.facts(query)
        more = rows[limit - 1].id if len(rows) > limit else None
        return FactPage(items=[view(row) for row in rows[:limit]], cursor=more, as_of=utc(parts.clock_ms()))

    return router
