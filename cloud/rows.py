"""Shapes of what is read from and written to the cloud's stores. No behaviour.

Times named `_ms` are UTC milliseconds since 1970.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from cloud.domain.faces import FaceRecord
from cloud.domain.intake import Asked, Configured, Refused, Replied, Reported
from cloud.domain.presence import Heard
from cloud.domain.progress import Lane, Progress
from contract.envelope import FactEnvelope
from contract.leases import QuotaLease
from contract.roster import Entitlement, Role
from contract.state import State


@dataclass(frozen=True)
class Epoch:
    """One outbox of one station."""

    station: str
    epoch: str
    lane: Lane


@dataclass
class Committed:
    """Seqs of one epoch in a batch; `first` and `base` are the lowest and the highest base that the station gave."""

    first: int
    base: int
    seqs: set[int] = field(default_factory=set)


@dataclass
class Batch:
    """What one transaction writes. `heard`: stations that gave a sign of life themselves, just now."""

    now_ms: int
    facts: list[FactEnvelope] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    states: list[State] = field(default_factory=list)
    reports: list[Reported] = field(default_factory=list)
    configs: list[Configured] = field(default_factory=list)
    heard: set[str] = field(default_factory=set)
    committed: dict[Epoch, Committed] = field(default_factory=dict)
    asks: list[Asked] = field(default_factory=list)
    replies: list[Replied] = field(default_factory=list)


@dataclass(frozen=True)
class FactRow:
    """A fact in the ledger. `data` is its JSON text; `id` grows in the order of arrival."""

    id: int
    station: str
    epoch: str
    seq: int
    boot: str
    at_ms: int
    up_s: float
    clock: str
    kind: str
    data: str
    received_ms: int


@dataclass(frozen=True)
class StationRow:
    """A station as it last spoke; `state` None when it never said one; `roster_ms`: when it last told which roster it has."""

    station: str
    heard: Heard
    state: State | None
    roster_version: int
    roster_refused: str | None
    roster_ms: int | None = None


@dataclass(frozen=True)
class RefusedRow:
    """A message that was filed instead of stored."""

    id: int
    station: str | None
    seq: int | None
    topic: str
    reason: str
    detail: str
    size: int
    sha256: str
    received_ms: int


@dataclass(frozen=True)
class WorkerRow:
    """One ingest process. `shards` as its settings say it; `counters` since it started; `connected_ms` None: no broker."""

    worker: str
    instance: str
    shards: str
    started_ms: int
    beat_ms: int
    connected_ms: int | None
    counters: Mapping[str, int]


@dataclass(frozen=True)
class PersonRow:
    """Somebody with a right. Whether there is a PIN, and digits of a telephone number, is known, never which."""

    person: str
    number: str | None
    label: str | None
    entitlement: Entitlement
    has_pin: bool
    has_phone: bool = False
    has_duress: bool = False
    role: Role = Role.VISITOR


@dataclass(frozen=True)
class PhoneSession:
    """Somebody signed in with a phone, by the code of which this is the digest's digest."""

    person: str
    code_sha256: str
    until_ms: int


@dataclass(frozen=True)
class Issued:
    """A ticket, as text and as the picture of its QR code."""

    ticket: str
    svg: str
    seconds_left: float


@dataclass(frozen=True)
class FaceReport:
    """What stations say of one person's face; `withdrawn_ms`: since when none may keep it."""

    person: str
    withdrawn_ms: int | None
    records: list[FaceRecord]

    @property
    def pending(self) -> list[FaceRecord]:
        """Kept although withdrawn: the receipt has not come yet."""
        return [record for record in self.records if record.kept and self.withdrawn_ms is not None]


@dataclass(frozen=True)
class Stored:
    """What a committed batch changed: new facts in order, progress to acknowledge, stations with news, new stations, leases to say."""

    facts: list[FactRow]
    progress: dict[Epoch, Progress]
    changed: list[StationRow]
    newcomers: set[str]
    leases: list[tuple[str, QuotaLease]] = field(default_factory=list)


@dataclass(frozen=True)
class FactQuery:
    """`after` and `before` are ids, for paging; `since_ms` and `until_ms` bound the station's own time of the fact."""

    station: str | None = None
    kinds: tuple[str, ...] = ()
    since_ms: int | None = None
    until_ms: int | None = None
    after: int | None = None
    before: int | None = None
    order: Literal["oldest", "newest"] = "newest"
    limit: int = 100
