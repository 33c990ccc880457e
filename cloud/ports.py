"""What the ingest and the API need from outside things: shapes of rows, and Protocols that adapters fill. No behaviour.

Times named `_ms` are UTC milliseconds since 1970.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from cloud.domain.faces import FaceRecord
from cloud.domain.intake import Asked, Refused, Reported
from cloud.domain.leases import Excess, PersonDay
from cloud.domain.points import Point, Value
from cloud.domain.presence import Heard
from cloud.domain.progress import Lane, Progress
from contract.envelope import FactEnvelope
from contract.leases import QuotaLease
from contract.roster import Entitlement, Role, Roster
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
    heard: set[str] = field(default_factory=set)
    committed: dict[Epoch, Committed] = field(default_factory=dict)
    asks: list[Asked] = field(default_factory=list)


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
    """A station as it last spoke; `state` None when it never said one."""

    station: str
    heard: Heard
    state: State | None
    roster_version: int
    roster_refused: str | None


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


@dataclass(frozen=True)
class Series:
    """Values over time of one combination of tags; null is no value."""

    tags: Mapping[str, str]
    at_ms: list[int]
    columns: dict[str, list[Value | None]]


class Ledger(Protocol):
    """The one record of what happened."""

    def store(self, batch: Batch) -> Stored:
        """Write everything or nothing. Raises: LedgerDown."""

    def facts(self, query: FactQuery) -> list[FactRow]: ...

    def last_id(self) -> int: ...

    def count_since(self, received_ms: int) -> int: ...

    def refused(self, limit: int) -> list[RefusedRow]: ...

    def missing(self) -> int:
        """Facts that stations declared gone before they came here."""


class Stations(Protocol):
    """Every station that was ever heard of."""

    def all(self) -> list[StationRow]: ...

    def one(self, station: str) -> StationRow | None: ...


class Tokens(Protocol):
    """Who may write."""

    def known(self, token: str) -> bool: ...


class People(Protocol):
    """Changing who has a right. Each change is a new roster for every station."""

    def all(self) -> list[PersonRow]: ...

    def put(
        self, person: str, *, number: str | None, pin: str | None, label: str | None, entitlement: Entitlement,
        phone_last4: str | None = None, duress_pin: str | None = None, role: Role | None = None,
    ) -> PersonRow:
        """Raises: PersonRefused."""

    def remove(self, person: str) -> None:
        """Raises: PersonUnknown."""

    def roster(self) -> Roster | None: ...


class Phones(Protocol):
    """People's own phones: sessions that can do one thing, get a ticket for their own person."""

    def sign_in(self, number: str, pin: str, address: str) -> str:
        """A token. Raises: CodeWrong, TooManyTries."""

    def ticket(self, token: str, station: str | None) -> Issued:
        """Raises: SignedOut, TooManyTries."""

    def sign_out(self, token: str) -> None: ...

    def sign_out_everywhere(self, person: str) -> None: ...


class Faces(Protocol):
    """Faces that stations keep, by their own word."""

    def heads(self) -> int: ...

    def report(self, person: str) -> FaceReport:
        """Raises: PersonUnknown."""

    def withdraw(self, person: str) -> FaceReport:
        """Raises: PersonUnknown."""

    def allow(self, person: str) -> FaceReport:
        """Raises: PersonUnknown."""


class Leases(Protocol):
    """Parts of people's days that stations have."""

    def today(self) -> str: ...

    def bound(self) -> list[Excess]: ...

    def person(self, person: str) -> list[PersonDay]: ...

    def most(self, day: PersonDay) -> int: ...


class SeriesSink(Protocol):
    """A time-series store. Same measurement, tags and time overwrite."""

    def write(self, points: Sequence[Point]) -> None:
        """Raises: SeriesDown."""

    def query(self, measurement: str, tags: Mapping[str, str], since_ms: int, until_ms: int, step_ms: int) -> list[Series]:
        """Series whose tags contain these; with a step, the mean (of words the last) of each step."""

    def forget(self, before_ms: int) -> None: ...


class Outgoing(Protocol):
    """Messages to stations."""

    def publish(self, topic: str, payload: bytes, qos: int, retain: bool) -> bool:
        """Hand over without waiting; False when it could not be."""

    def deliver(self, topic: str, payload: bytes, qos: int, retain: bool) -> bool:
        """Wait until the broker has it; False when it did not take it."""

    @property
    def connected_ms(self) -> int | None:
        """Since when there is a connection; None without one."""


class Listener(Protocol):
    """Whoever follows the ledger live; called on the ingest thread and must not block."""

    def __call__(self, facts: Iterable[FactRow], stations: Iterable[StationRow]) -> None: ...
