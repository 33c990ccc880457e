"""Configurations: what each station should have, what it says it has, and what an undo would have to hold."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Query
from pydantic import BaseModel, Field

from cloud.api.parts import Parts, utc
from cloud.domain.configs import ConfigPast, ConfigRow
from contract.signing import Kind, Signed, content


class ConfigView(BaseModel):
    """`version`, `sha256`, `release` and `content` are of the newest document that was published to the station (else of its confirmed one);
    all null: nothing ever was, it runs as provisioned. `undo` is the content that an undo must hold: of the document that the station says
    is confirmed, null: as provisioned. The rest is as the station last reported it, null where it never did."""

    station: str
    district: str
    name: str
    version: int | None
    sha256: str | None
    release: str | None
    content: dict[str, object] | None
    undo: dict[str, object] | None
    phase: str | None
    reason: str
    flaw: str | None
    in_force_version: int | None
    in_force_sha256: str | None
    confirmed_version: int | None
    desired_version: int | None
    next_version: int = Field(description="what the next document must be signed with; its undo with one more")
    reported_at: str | None
    root: int | None = Field(description="version of the root there; 0: none, so nothing can be sent; null: never told")
    level: int | None


class PastView(BaseModel):
    """A document that was published to it."""

    version: int
    release: str
    rollout: str
    undo: bool
    at: str
    phase: str
    reason: str


class ConfigWhole(ConfigView):
    """With what was before, the newest first."""

    history: list[PastView]


class ConfigPage(BaseModel):
    """By name; `next`: `after` of the next page, null on the last."""

    items: list[ConfigView]
    next: str | None


def routes(parts: Parts) -> APIRouter:
    """`/config` and `/config/{station}`."""
    router = APIRouter(tags=["rollouts"])

    @router.get("/config")
    def configs(after: Annotated[str, Query(max_length=32)] = "", limit: Annotated[int, Query(ge=1, le=500)] = 200) -> ConfigPage:
        """Stations by name."""
        rows = parts.configs.page(after, limit + 1)
        return ConfigPage(items=[view(row) for row in rows[:limit]], next=rows[limit - 1].station if len(rows) > limit else None)

    @router.get("/config/{station}")
    def config(station: Annotated[str, Path(max_length=32)]) -> ConfigWhole:
        """One station, with its history."""
        row = parts.configs.one(station)
        if row is None:
            raise HTTPException(404, f"no station {station!r} was ever heard of")
        return ConfigWhole(**view(row).model_dump(), history=[past(one) for one in parts.configs.history(station)])

    return router


def view(row: ConfigRow) -> ConfigView:
    """As the API shows it."""
    said, shown = row.report, row.desired or row.confirmed
    return ConfigView(
        station=row.station, district=row.district, name=row.name, version=shown.version if shown else None, sha256=shown.sha256 if shown else None,
        release=shown.release if shown else None, content=_content(shown.document) if shown else None,
        undo=_content(row.confirmed.document) if row.confirmed else None,
        phase=said.phase if said else None, reason=said.reason if said else "", flaw=said.flaw or None if said else None,
        in_force_version=said.in_force_version if said else None, in_force_sha256=said.in_force_sha256 if said else None,
        confirmed_version=said.confirmed_version if said else None, desired_version=row.desired.version if row.desired else None,
        next_version=row.next_version, reported_at=utc(said.received_ms) if said else None, root=said.root if said else None, level=row.level,
    )  # fmt: skip


def past(one: ConfigPast) -> PastView:
    """A line of the history."""
    document = one.document
    at = utc(document.published_ms) if document.published_ms is not None else ""
    undo = document.paper.value == "undo"
    return PastView(version=document.version, release=document.release, rollout=document.rollout, undo=undo, at=at, phase=one.state, reason=one.reason)


def _content(signed: Signed) -> dict[str, object] | None:
    found = content(signed, Kind.CONFIG)["config"]
    return found if isinstance(found, dict) else None
