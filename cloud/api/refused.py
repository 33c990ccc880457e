"""Refused messages: from where, why and how large. What stood in them is not kept, only its digest."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from cloud.api.parts import Parts, utc
from cloud.domain.intake import Reason
from cloud.ports import RefusedRow


class RefusedView(BaseModel):
    """A message that was filed. One that is future_dated and a fact was kept all the same; every other one was not."""

    id: int
    at: str = Field(description="of its arrival, by the cloud's clock")
    station: str | None = Field(description="from the topic; null: not even that could be read")
    seq: int | None
    topic: str
    reason: str
    detail: str
    size: int = Field(description="bytes")
    sha256: str


class RefusedPage(BaseModel):
    """`cursor` for the next page, null on the last; `counts` of all that are on file, by reason."""

    items: list[RefusedView]
    cursor: int | None
    counts: dict[str, int]
    as_of: str


def view(row: RefusedRow) -> RefusedView:
    """As the API shows it."""
    return RefusedView(
        id=row.id, at=utc(row.received_ms), station=row.station, seq=row.seq, topic=row.topic, reason=row.reason,
        detail=row.detail, size=row.size, sha256=row.sha256,
    )  # fmt: skip


def routes(parts: Parts) -> APIRouter:
    """`/refused`."""
    router = APIRouter(tags=["facts"])

    @router.get("/refused")
    def refused(
        station: Annotated[str | None, Query(max_length=32)] = None,
        reason: Reason | None = None,
        cursor: Annotated[int | None, Query(ge=0, le=2**53, description="of the page before")] = None,
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    ) -> RefusedPage:
        """The newest first; the newest ten thousand are kept."""
        rows = parts.ledger.refused(limit + 1, station, reason and reason.value, cursor)
        more = rows[limit - 1].id if len(rows) > limit else None
        items = [view(row) for row in rows[:limit]]
        return RefusedPage(items=items, cursor=more, counts=parts.ledger.refusals(), as_of=utc(parts.clock_ms()))

    return router
