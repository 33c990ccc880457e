"""Health: is all well, and if not, what is not."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel, Field

from cloud.api.parts import Parts, utc
from cloud.api.stations import Fleet, fleet

DAY_MS = 86_400_000
REFUSED_SHOWN = 20


class BrokerView(BaseModel):
    """The connection to the broker."""

    connected: bool
    since: str | None
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
    points_lost: int


class RefusedView(BaseModel):
    """A message that was filed instead of stored; its content is not kept."""

    at: str
    station: str | None
    seq: int | None
    topic: str
    reason: str
    detail: str
    size: int
    sha256: str


class FacesView(BaseModel):
    """Distinct people of whom some station keeps a face."""

    people: int
    warn_at: int


class HealthView(BaseModel):
    """`warnings` need a person's decision but break nothing: faces_near_filing.

    `problems` in codes: broker_down, ingest_ended, ledger_down, series_down, facts_missing.
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
    refused_recently: list[RefusedView]
    fleet: Fleet
    faces: FacesView


def routes(parts: Parts) -> APIRouter:
    """`/health`."""
    router = APIRouter(tags=["health"])

    @router.get("/health")
    def health() -> HealthView:
        """Everything an operator or a monitor needs in one answer."""
        now_ms, counters = parts.clock_ms(), parts.ingest.counters
        missing = parts.ledger.missing()
        problems = _problems(parts, missing)
        faces = FacesView(people=parts.faces.heads(), warn_at=parts.settings.faces_warn_at)
        return HealthView(
            ok=not problems,
            problems=problems,
            warnings=["faces_near_filing"] if faces.people >= faces.warn_at else [],
            now=utc(now_ms),
            version=parts.version,
            broker=_broker(parts),
            ledger_error=counters.ledger_error,
            series_error=counters.series_error,
            facts_today=parts.ledger.count_since(day_start_ms(now_ms, parts.settings.utc_offset_min)),
            facts_missing=missing,
            ingest=_ingest(parts),
            refused_recently=_refused(parts),
            fleet=fleet(parts),
            faces=faces,
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
        "series_down": counters.series_error is not None,
        "facts_missing": missing > 0,
    }
    return [name for name, true in signs.items() if true]


def _broker(parts: Parts) -> BrokerView:
    since_ms = parts.outgoing.connected_ms
    since = None if since_ms is None else utc(since_ms)
    return BrokerView(connected=since_ms is not None, since=since, detail=parts.broker_detail())


def _ingest(parts: Parts) -> IngestView:
    counters = parts.ingest.counters
    return IngestView(
        alive=parts.ingest.alive, waiting=parts.ingest.waiting, lag_ms=round(counters.lag_ms, 1),
        received=counters.received, stored=counters.stored, duplicates=counters.duplicates, samples=counters.samples,
        refused=dict(counters.refused), acks=counters.acks, acks_dropped=counters.acks_dropped,
        retries=counters.retries, points_lost=counters.points_lost,
    )  # fmt: skip


def _refused(parts: Parts) -> list[RefusedView]:
    return [
        RefusedView(
            at=utc(row.received_ms), station=row.station, seq=row.seq, topic=row.topic, reason=row.reason,
            detail=row.detail, size=row.size, sha256=row.sha256,
        )
        for row in parts.ledger.refused(REFUSED_SHOWN)
    ]  # fmt: skip
