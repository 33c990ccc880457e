"""Alerts: Grafana's webhook tells them here, the console shows those that stand. They are shown, never acted on."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, HTTPException, Path, Query, Request
from pydantic import BaseModel, Field

from cloud.api.caller import caller, note
from cloud.api.parts import Parts, to_ms, utc
from cloud.domain.alerts import AlertRow, over_ms

MOST_AT_ONCE = 500
MOST_LINK = 600


class GrafanaAlert(BaseModel):
    """One of the webhook's; what else it carries is not looked at."""

    status: Literal["firing", "resolved"]
    labels: dict[str, str]
    annotations: dict[str, str] = {}
    startsAt: datetime
    endsAt: datetime | None = None
    fingerprint: str = Field(min_length=1, max_length=64)
    generatorURL: str = ""


class GrafanaNews(BaseModel):
    """Body of Grafana's webhook contact point."""

    alerts: list[GrafanaAlert] = Field(max_length=MOST_AT_ONCE)


class AlertView(BaseModel):
    """`until` null: it stands. `todo` says what to do, `link` leads to the rule; the Chinese words are empty where the rule has none."""

    name: str
    severity: str
    station: str
    district: str
    summary: str
    todo: str
    summary_zh: str
    todo_zh: str
    link: str
    since: str
    until: str | None
    fingerprint: str
    seen_by: str = Field(description="who took note of it; empty: nobody yet")
    seen_at: str | None


class AlertPage(BaseModel):
    """Newest first."""

    items: list[AlertView]
    as_of: str


class Heard(BaseModel):
    """How many alerts were taken in."""

    heard: int


def writing(parts: Parts) -> APIRouter:
    """POST `/alerts` and `/alerts/{fingerprint}/acknowledge`."""
    router = APIRouter(tags=["alerts"])

    @router.post("/alerts")
    def hear(news: GrafanaNews) -> Heard:
        """What Grafana's webhook contact point sends: authorization scheme Bearer, a token of this server as credentials."""
        parts.alerts.hear([row(one, parts.clock_ms()) for one in news.alerts])
        return Heard(heard=len(news.alerts))

    @router.post("/alerts/{fingerprint}/acknowledge")
    def acknowledge(fingerprint: Annotated[str, Path(max_length=64)], request: Request) -> AlertView:
        """Take note of an alert that stands, so that others know that somebody looks after it; the first who does is kept."""
        who = caller(request).name
        one = parts.alerts.see(fingerprint, who, parts.clock_ms())
        if one is None:
            raise HTTPException(404, "no alert with this fingerprint stands")
        note(parts.audit, request, "alert.acknowledge", one.station or one.district or one.name, alert=one.name, fingerprint=fingerprint)
        return view(one)

    return router


def reading(parts: Parts) -> APIRouter:
    """GET `/alerts`."""
    router = APIRouter(tags=["alerts"])

    @router.get("/alerts")
    def alerts(
        standing: Annotated[bool, Query(description="only those that stand now")] = False,
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    ) -> AlertPage:
        """Alerts that rules raised, newest first."""
        return AlertPage(items=[view(one) for one in parts.alerts.all(standing, limit)], as_of=utc(parts.clock_ms()))

    return router


def row(told: GrafanaAlert, now_ms: int) -> AlertRow:
    """As it is kept."""
    since_ms, end_ms = to_ms(told.startsAt) or now_ms, to_ms(told.endsAt) or 0
    until_ms = over_ms(told.status == "resolved", since_ms, end_ms, now_ms)
    said, labels = told.annotations, told.labels
    link = told.generatorURL if told.generatorURL.startswith(("http://", "https://")) and len(told.generatorURL) <= MOST_LINK else ""
    return AlertRow(
        fingerprint=told.fingerprint, name=labels.get("alertname", "alert")[:120], severity=labels.get("severity", "")[:24],
        station=labels.get("station", "")[:32], district=labels.get("district", "")[:40], summary=said.get("summary", labels.get("alertname", "alert"))[:300],
        todo=said.get("todo", said.get("description", ""))[:600], summary_zh=said.get("summary_zh", "")[:300], todo_zh=said.get("todo_zh", "")[:600],
        link=link, since_ms=since_ms, until_ms=until_ms, heard_ms=now_ms,
    )  # fmt: skip


def view(one: AlertRow) -> AlertView:
    """As the API shows it."""
    return AlertView(
        name=one.name, severity=one.severity, station=one.station, district=one.district, summary=one.summary, todo=one.todo,
        summary_zh=one.summary_zh, todo_zh=one.todo_zh, link=one.link,
        since=utc(one.since_ms), until=None if one.until_ms is None else utc(one.until_ms),
        fingerprint=one.fingerprint, seen_by=one.seen_by, seen_at=None if one.seen_ms is None else utc(one.seen_ms),
    )  # fmt: skip
