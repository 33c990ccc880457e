"""Configurations: what each station should have, what it says it has, and what an undo would have to hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Path, Query, Request
from pydantic import BaseModel, Field

from cloud.api.caller import caller
from cloud.api.parts import Parts, utc
from cloud.api.roles import DOCUMENTS
from cloud.domain.configs import ConfigPast, ConfigRow
from contract.signing import Kind, content
from contract.times import At


class ConfigView(BaseModel):
    """`version`, `sha256`, `release` and `content` are of the newest document that was published to the station (else of its confirmed one);
    all null: nothing ever was, it runs as provisioned. `undo` is the content that an undo must hold: of the document that the station says
    is confirmed, null: as provisioned. The rest is as the station last reported it, null where it never did; `phase`, `reason` and `flaw` are
    of `reported_version`, the newest that it saw, which need not be the one that was published."""

    station: str
    district: str
    name: str
    version: int | None
    sha256: str | None
    release: str | None
    expires: At | None = Field(description="until when that document holds; a station goes on with it afterwards, and says so")
    whole: bool = Field(description="false: `content` and `undo` are left out, since they are for operators and above")
    content: dict[str, object] | None
    undo: dict[str, object] | None
    reported_version: int | None
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
    def configs(
        request: Request, after: Annotated[str, Query(max_length=32)] = "", limit: Annotated[int, Query(ge=1, le=500)] = 200
    ) -> ConfigPage:
        """Stations by name; what stands in a configuration, such as the address of a camera, is for operators and above."""
        rows, whole = parts.configs.page(after, limit + 1), DOCUMENTS.met_by(caller(request))
        return ConfigPage(items=[view(row, whole) for row in rows[:limit]], next=rows[limit - 1].station if len(rows) > limit else None)

    @router.get("/config/{station}")
    def config(request: Request, station: Annotated[str, Path(max_length=32)]) -> ConfigWhole:
        """One station, with its history; its configuration for operators and above."""
        row = parts.configs.one(station)
        if row is None:
            raise HTTPException(404, f"no station {station!r} was ever heard of")
        seen = view(row, DOCUMENTS.met_by(caller(request)))
        return ConfigWhole(**seen.model_dump(), history=[past(one) for one in parts.configs.history(station)])

    return router


def view(row: ConfigRow, whole: bool) -> ConfigView:
    """As the API shows it; `whole`: with what stands in the documents."""
    said, shown, kept = row.report, row.desired or row.confirmed, row.confirmed
    read: Mapping[str, Any] = content(shown.document, Kind.CONFIG) if shown else {}
    before = read if kept is shown or (kept and shown and kept.sha256 == shown.sha256) else content(kept.document, Kind.CONFIG) if kept else {}
    return ConfigView(
        station=row.station, district=row.district, name=row.name, version=shown.version if shown else None, sha256=shown.sha256 if shown else None,
        release=shown.release if shown else None, expires=read.get("expires"), whole=whole,
        content=_config(read) if whole else None, undo=_config(before) if whole else None, reported_version=said.version if said else None,
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


def _config(read: Mapping[str, Any]) -> dict[str, object] | None:
    found = read.get("config")
    return found if isinstance(found, dict) else None
