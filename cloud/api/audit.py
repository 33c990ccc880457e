"""The audit: who did what. It only grows."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from cloud.api.parts import Parts, utc
from cloud.domain.audit import AuditRow


class AuditView(BaseModel):
    """One entry; `sha256` is over it and the entry before."""

    number: int
    at: str
    who: str = Field(description="a user, token:NAME of a program, or - for nobody")
    act: str
    target: str
    detail: str
    sha256: str


class AuditPage(BaseModel):
    """`next`: `after` of the next page, null on the last."""

    items: list[AuditView]
    next: int | None


class ChainView(BaseModel):
    """`head`: hash of the last entry; note it down with `entries` elsewhere, and ask with both as `seen` another time."""

    ok: bool
    entries: int
    head: str
    broken_at: int | None
    words: str


def routes(parts: Parts) -> APIRouter:
    """`/audit`, `/audit/verify`."""
    router = APIRouter(tags=["audit"])

    @router.get("/audit")
    def audit(
        after: Annotated[int, Query(ge=0, le=2**53)] = 0, limit: Annotated[int, Query(ge=1, le=1000)] = 200,
        newest: Annotated[bool, Query(description="the last ones, the newest first; a single page")] = False,
    ) -> AuditPage:  # fmt: skip
        """In the order of writing."""
        parts.accounts.settle()
        rows = parts.audit_rows.rows(after, limit, newest)
        return AuditPage(items=[_view(row) for row in rows], next=rows[-1].number if len(rows) == limit and not newest else None)

    @router.get("/audit/verify")
    def verify(seen: Annotated[str | None, Query(pattern=r"^[0-9]{1,15}:[0-9a-f]{16,64}$", description="NUMBER:HASH")] = None) -> ChainView:
        """Read all of it, and see whether it is what was written."""
        number, _, sha256 = (seen or "").partition(":")
        chain = parts.audit_rows.verify((int(number), sha256) if seen else None)
        return ChainView(ok=chain.broken_at is None, entries=chain.entries, head=chain.head, broken_at=chain.broken_at, words=chain.words)

    return router


def _view(row: AuditRow) -> AuditView:
    return AuditView(number=row.number, at=utc(row.at_ms), who=row.who, act=row.act, target=row.target, detail=row.detail, sha256=row.sha256)
