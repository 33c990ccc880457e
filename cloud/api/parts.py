"""What the routes are handed, and how times are written in answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from cloud.api.live import Hub
from cloud.domain.accounts import Accounts
from cloud.domain.alerts import Alerts
from cloud.domain.audit import AuditReading
from cloud.domain.configs import Configs, Rollouts
from cloud.domain.delegations import Trusting
from cloud.domain.orders import Orders
from cloud.domain.points import EPOCH, millis
from cloud.ingest import Ingest
from cloud.ports import AuditBook, Backlog, Faces, Leases, Ledger, Outgoing, People, Phones, Stations, Tokens, Workers
from cloud.series_ports import SeriesSink, SeriesState
from cloud.settings import Settings
from contract.envelope import iso


@dataclass(frozen=True)
class Parts:
    """Everything that answers a request. `clock_ms` is UTC ms; `broker_detail` the connection in words,
    `broker_lost_ms` since when there is none."""

    settings: Settings
    ledger: Ledger
    stations: Stations
    people: People
    tokens: Tokens
    series: SeriesSink
    outgoing: Outgoing
    broker_detail: Callable[[], str]
    ingest: Ingest
    hub: Hub
    clock_ms: Callable[[], int]
    version: str
    phones: Phones
    faces: Faces
    leases: Leases
    alerts: Alerts
    backlog: Backlog
    broker_lost_ms: Callable[[], int | None] = lambda: None
    workers: Workers = field(kw_only=True)
    series_state: SeriesState = field(kw_only=True)
    accounts: Accounts = field(kw_only=True)
    audit: AuditBook = field(kw_only=True)
    audit_rows: AuditReading = field(kw_only=True)
    trust: Trusting = field(kw_only=True)
    orders: Orders = field(kw_only=True)
    rollouts: Rollouts = field(kw_only=True)
    configs: Configs = field(kw_only=True)


def utc(ms: int) -> str:
    """`2026-11-21T03:20:00.123Z`."""
    return iso(EPOCH + timedelta(milliseconds=ms))


def to_ms(at: datetime | None) -> int | None:
    """ms UTC; a time without a zone is taken as UTC."""
    if at is None:
        return None
    return millis(at if at.tzinfo else at.replace(tzinfo=UTC))
