"""Samples: periodic measurements from the time-series store. For pictures; what is counted or billed comes from facts."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query
from pydantic import BaseModel

from cloud.api.parts import Parts, to_ms, utc
from contract.series import Measurement, Tag

DAY_MS = 86_400_000


class SeriesView(BaseModel):
    """`at_ms` UTC ms of each step; each column has as many values, null is no value."""

    tags: dict[str, str]
    at_ms: list[int]
    columns: dict[str, list[float | str | None]]


class SamplesView(BaseModel):
    """The series of one station in a span of time."""

    station: str
    measurement: Measurement
    since: str
    until: str
    step_s: int
    series: list[SeriesView]


def routes(parts: Parts) -> APIRouter:
    """`/samples`."""
    router = APIRouter(tags=["samples"])

    @router.get("/samples")
    def samples(
        station: Annotated[str, Query(max_length=32)],
        measurement: Measurement = Measurement.SAMPLE,
        part: Annotated[str | None, Query(max_length=48, description="tap, socket, …; all when left out")] = None,
        since: Annotated[datetime | None, Query(description="24 h before `until` when left out")] = None,
        until: Annotated[datetime | None, Query(description="now when left out")] = None,
        step_s: Annotated[int, Query(ge=0, le=86_400, description="s that are averaged; 0: every point")] = 60,
    ) -> SamplesView:
        """Measurements of one station; at most 31 days at once."""
        until_ms = to_ms(until) or parts.clock_ms()
        since_ms = until_ms - DAY_MS if since is None else to_ms(since) or 0
        if not 0 < until_ms - since_ms <= 31 * DAY_MS:
            raise HTTPException(422, "since must lie before until, by 31 days at most")
        tags = {Tag.STATION.value: station, **({Tag.PART.value: part} if part is not None else {})}
        found = parts.series.query(measurement.value, tags, since_ms, until_ms, step_s * 1000)
        series = [SeriesView(tags=dict(one.tags), at_ms=one.at_ms, columns=one.columns) for one in found if one.at_ms]
        return SamplesView(
            station=station, measurement=measurement, since=utc(since_ms), until=utc(until_ms), step_s=step_s, series=series,
        )  # fmt: skip

    return router
