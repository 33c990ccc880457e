"""What the ingest and the API need from outside things: Protocols that adapters fill. The shapes they speak in are in cloud/rows.py.

Times named `_ms` are UTC milliseconds since 1970.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Protocol

from cloud.domain.holes import Hole
from cloud.domain.leases import Excess, PersonDay
from cloud.rows import Batch, Committed, Epoch, FaceReport, FactQuery, FactRow, Issued, PersonRow, PhoneSession, RefusedRow, StationRow, Stored, WorkerRow
from contract.roster import Entitlement, Role, Roster
from contract.signing import Signed
from contract.trust import Root

__all__ = [
    "Backlog", "Batch", "Committed", "Epoch", "FaceReport", "Faces", "FactQuery", "FactRow", "Issued", "Leases", "Ledger", "Listener",
    "Outgoing", "People", "PersonRow", "PhoneSession", "Phones", "RefusedRow", "StationRow", "Stations", "Stored", "Tokens",
    "WorkerRow", "WorkerTable", "Workers",
]  # fmt: skip


class Ledger(Protocol):
    """The one record of what happened."""

    def store(self, batch: Batch) -> Stored:
        """Write everything or nothing. Raises: LedgerDown."""

    def facts(self, query: FactQuery) -> list[FactRow]: ...

    def last_id(self) -> int: ...

    def safe_id(self) -> int:
        """The highest id at or below which no fact can appear any more: what a reader that goes on by ids may go up to."""

    def count_since(self, received_ms: int) -> int: ...

    def refused(self, limit: int, station: str | None = None, reason: str | None = None, before: int | None = None) -> list[RefusedRow]:
        """Messages on file that were refused, the newest first; `before` is an id, for paging."""

    def refusals(self) -> dict[str, int]:
        """How many are on file, by reason."""

    def missing(self) -> int:
        """Facts that stations declared gone before they came here."""

    def holes(self) -> list[Hole]:
        """Outboxes of which something older than the newest is not here."""

    def forget(self, before_ms: int) -> int:
        """Delete facts that arrived before; how many. What comes again of them is known as a repetition."""


class WorkerTable(Protocol):
    """Every ingest process that was ever there."""

    def beat(self, row: WorkerRow) -> None:
        """Say that it is there."""

    def all(self) -> list[WorkerRow]: ...

    def leave(self, worker: str, instance: str) -> None:
        """It ended in order."""


class Workers(Protocol):
    """The ingest processes that are there now."""

    def live(self) -> list[WorkerRow]: ...

    def unserved(self) -> frozenset[int]:
        """Shards that nobody takes in."""

    def warnings(self) -> list[str]:
        """In codes, what breaks nothing."""

    def listening_ms(self, station: str) -> int | None:
        """Since when somebody hears what this station says, ms UTC; None: nobody does now."""


class Stations(Protocol):
    """Every station that was ever heard of."""

    def all(self) -> list[StationRow]: ...

    def one(self, station: str) -> StationRow | None: ...

    def some(self, names: Collection[str]) -> list[StationRow]: ...

    def versions(self) -> dict[str, int]:
        """By name, a number that changes with what a station says of itself."""

    def stateless(self) -> list[str]:
        """Stations that never said their state."""


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

    def version(self) -> int:
        """Of the roster that stations should have; 0 for none."""

    def announce(self) -> None:
        """Tell it to every station again."""


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


class Backlog(Protocol):
    """What stations still hold."""

    def complete_ms(self, stations: Collection[str]) -> dict[str, int]:
        """Up to when, by its own clock, all facts of a station are here."""


class Outgoing(Protocol):
    """Messages to stations."""

    def publish(self, topic: str, payload: bytes, qos: int, retain: bool) -> bool:
        """Hand over without waiting; False when it could not be."""

    def deliver(self, topic: str, payload: bytes, qos: int, retain: bool) -> bool:
        """Wait until the broker has it; False when it did not take it."""

    def deliver_each(self, messages: Sequence[tuple[str, bytes]], qos: int, retain: bool) -> list[bool]:
        """(topic, payload) all at once, and then wait; for each whether the broker has it."""

    @property
    def connected_ms(self) -> int | None:
        """Since when there is a connection; None without one."""


class Listener(Protocol):
    """Whoever follows the ledger live; called on the ingest thread and must not block."""

    def __call__(self, facts: Iterable[FactRow], stations: Iterable[StationRow]) -> None: ...


class Roots(Protocol):
    """The roots by which stations know who may sign what (contract/trust.py), as they were put here by PUT /trust/roots."""

    def chain(self) -> tuple[Signed, ...]:
        """The newest MOST_ROOTS, oldest first: what travels with a document. Empty while there is none. Raises: LedgerDown."""
        ...

    def current(self) -> Root | None:
        """The newest one; it may be over. Raises: LedgerDown."""
        ...


class AuditBook(Protocol):
    """Who did what, append-only, each entry chained to the one before by its hash."""

    def note(self, who: str, act: str, target: str, detail: str) -> str:
        """The hash of the new entry, which is on disk. `act` such as rollout.start; `detail` JSON or words, without secrets. Raises: LedgerDown."""
        ...
