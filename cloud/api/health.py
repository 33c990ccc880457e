"""Health: is all well, and if not, what is not."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel, Field

from cloud.api.parts import Parts, utc
from cloud.api.refused import RefusedView, view
from cloud.api.stations import Fleet, fleet

DAY_MS = 86_400_000
REFUSED_SHOWN = 20


class BrokerView(BaseModel):
    """The connection to the broker."""

    connected: bool
    since: str | None = Field(description="since when it is so")
    detail: str


class IngestView(BaseModel):
    """What came in since the start of this process."""

    alive: bool
    waiting: int = Field(description="messages not yet committed")
    lag_ms: float = Field(description="how long the oldest message of the last batch waited for its commit")
    received: int
    stored: int
    duplicates: int
    samples: int
    refused: dict[str, int]
    acks: int
    acks_dropped: int
    retries: int
    rebirths: int = Field(description="stations that were asked to say everything again, since something was missing")
    points_lost: int


class WorkerView(BaseModel):
    """One ingest process; several share the load by shards."""

    worker: str
    shards: str
    started_at: str
    heard_at: str = Field(description="when it last said that it is there")
    broker_since: str | None = Field(description="since when it hears the broker; null: it does not")
    counters: dict[str, int] = Field(description="since it started")


class FacesView(BaseModel):
    """Distinct people of whom some station keeps a face."""

    people: int
    warn_at: int


class SeriesHealthView(BaseModel):
    """The time-series store. Facts wait for it in the ledger, samples at the stations: it may be down and nothing is lost."""

    kind: str = Field(description="embedded, influxdb or victoria")
    words_kept: bool = Field(description="false: it has numbers only")
    error: str | None
    behind: int = Field(description="facts in the ledger that have no points yet")
    points_refused: dict[str, int] = Field(description="points that the store will never take, by reason, since the start of this process")


class NoticeView(BaseModel):
    """What a person has to do: a code, and words."""

    code: str
    words: str


class HealthView(BaseModel):
    """`warnings` need a person's decision but break nothing: faces_near_filing, shards_served_twice, worker_twice, roster_untold; of keys
    delegation_missing, delegation_ends_soon, delegation_ended, root_ends, which `trust` says in words.

    `problems` in codes: broker_down, ingest_ended, ledger_down, series_down, facts_missing, shards_unserved.
    """

    ok: bool
    problems: list[str]
    warnings: list[str]
    now: str
    version: str
    broker: BrokerView
    ledger_error: str | None
    series_error: str | None
    facts_today: int
    facts_missing: int = Field(description="facts that stations declared gone before they came here")
    ingest: IngestView
    series: SeriesHealthView
    refused_on_file: dict[str, int] = Field(description="messages on file at /refused, by reason")
    refused_recently: list[RefusedView]
    workers: list[WorkerView]
    fleet: Fleet
    faces: FacesView
    trust: list[NoticeView] = Field(description="about the keys that stations believe")


def routes(parts: Parts) -> APIRouter:
    """`/health`."""
    router = APIRouter(tags=["health"])

    @router.get("/health")
    def health() -> HealthView:
        """Everything an operator or a monitor needs in one answer."""
        now_ms, counters = parts.clock_ms(), parts.ingest.counters
        missing = parts.ledger.missing()
        problems, trust = _problems(parts, missing), parts.trust.notices() if parts.settings.is_main else []
        faces = FacesView(people=parts.faces.heads(), warn_at=parts.settings.faces_warn_at)
        return HealthView(
            ok=not problems,
            problems=problems,
            warnings=["faces_near_filing"] * (faces.people >= faces.warn_at) + parts.workers.warnings() + sorted({one.code for one in trust}),
            now=utc(now_ms),
            version=parts.version,
            broker=_broker(parts),
            ledger_error=counters.ledger_error,
            series_error=_series_error(parts),
            facts_today=parts.ledger.count_since(day_start_ms(now_ms, parts.settings.utc_offset_min)),
            facts_missing=missing,
            ingest=_ingest(parts),
            series=_series(parts),
            refused_on_file=parts.ledger.refusals(),
            refused_recently=[view(row) for row in parts.ledger.refused(REFUSED_SHOWN)],
            workers=_workers(parts),
            fleet=fleet(parts),
            faces=faces,
            trust=[NoticeView(code=one.code, words=one.words) for one in trust],
        )

    return router


def day_start_ms(now_ms: int, utc_offset_min: int) -> int:
    """Midnight, `utc_offset_min` east of UTC."""
    offset_ms = utc_offset_min * 60_000
    return (now_ms + offset_ms) // DAY_MS * DAY_MS - offset_ms


def _problems(parts: Parts, missing: int) -> list[str]:
    counters = parts.ingest.counters
    signs = {
        "broker_down": parts.outgoing.connected_ms is None,
        "ingest_ended": not parts.ingest.alive,
        "ledger_down": counters.ledger_error is not None,
        "series_down": _series_error(parts) is not None,
        "facts_missing": missing > 0,
        "shards_unserved": bool(parts.workers.unserved()),
    }
    return [name for name, true in signs.items() if true]


def _series_error(parts: Parts) -> str | None:
    return parts.ingest.counters.series_error or parts.series_state.error


def _series(parts: Parts) -> SeriesHealthView:
    sink = parts.series
    return SeriesHealthView(
        kind=sink.kind, words_kept=sink.words_kept, error=_series_error(parts), behind=parts.series_state.behind(), points_refused=dict(sink.refused)
    )


def _broker(parts: Parts) -> BrokerView:
    connected_ms = parts.outgoing.connected_ms
    since_ms = parts.broker_lost_ms() if connected_ms is None else connected_ms
    since = None if since_ms is None else utc(since_ms)
    return BrokerView(connected=connected_ms is not None, since=since, detail=parts.broker_detail())


def _ingest(parts: Parts) -> IngestView:
    counters = parts.ingest.counters
    return IngestView(
        alive=parts.ingest.alive, waiting=parts.ingest.waiting, lag_ms=round(counters.lag_ms, 1),
        received=counters.received, stored=counters.stored, duplicates=counters.duplicates, samples=counters.samples,
        refused=dict(counters.refused), acks=counters.acks, acks_dropped=counters.acks_dropped,
        retries=counters.retries, rebirths=counters.rebirths, points_lost=counters.points_lost,
    )  # fmt: skip


def _workers(parts: Parts) -> list[WorkerView]:
    return [
        WorkerView(
            worker=row.worker, shards=row.shards, started_at=utc(row.started_ms), heard_at=utc(row.beat_ms),
            broker_since=None if row.connected_ms is None else utc(row.connected_ms), counters=dict(row.counters),
        )
        for row in parts.workers.live()
    ]  # fmt: skip
