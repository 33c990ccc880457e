"""Facts to send, quota and roster, durable before a commit returns. Belongs to the deciding thread.

A failed transaction leaves nothing of itself.
"""

import sqlite3
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from contract.facts import Fact
from contract.leases import Kind
from edge.adapters.store import care, configs, consents, fridge, leases, loans, orders, reserve, standing
from edge.adapters.store.database import Opener, connect, on_disk
from edge.adapters.store.restamps import Restamps
from edge.adapters.store.rows import body, give_back, is_full, select, span, used_bytes
from edge.domain.alarms import is_alarm
from edge.domain.config_records import StoreConfig, StoreRoot
from edge.domain.face_messages import DropConsent, StoreConsent, StoreTransfer
from edge.domain.fridge_records import StoreCold, StoreProbe, StoreShelf
from edge.domain.lease_records import StoreDay, StoreLease
from edge.domain.loans import CloseLoan, KeepLoan, OpenLoan
from edge.domain.order_records import AppendAudit, KeepUnlocks
from edge.domain.quota import Open
from edge.domain.records import DropFault, DropRun, KeepTries, Progress, Record, Reserve, Settle, StoreCare, StoreFault, StoreRoster, StoreRun, UseTicket
from edge.domain.restored import Restored
from edge.domain.steward_messages import DropMaintenance, StoreMaintenance
from edge.domain.tickets import KEEP_S
from edge.errors import StoreFailed
from edge.ports import Row, Stamp

RESERVE_BYTES = 256 * 1024
"""Some 30 entries; the first thing that is given up when the disk is full."""


class SqliteLedger:
    """Facts, quota and roster in `folder`/ledger.db."""

    def __init__(self, folder: Path, station: str, opener: Opener = on_disk) -> None:
        self._station = station
        self._db, self.epoch = connect(folder / "ledger.db", "ledger", "FULL", opener)
        self._reserve = reserve.Reserve(folder / "reserve", RESERVE_BYTES)
        self._db.execute("PRAGMA wal_autocheckpoint = 0")
        self._restamps = Restamps(self._db)
        self._forget = 0
        self._written = True

    def load(self) -> Restored:
        """What was there at start; the samples' part is filled in by whoever wires both."""
        first, last = span(self._db, "fact")
        day = self._db.execute("SELECT max(day) FROM quota").fetchone()[0] or ""
        rows = self._db.execute("SELECT person, kind, sum(settled) FROM quota WHERE day = ? AND settled IS NOT NULL GROUP BY 1, 2", (day,))
        used = {(person, Kind(kind)): taken for person, kind, taken in rows}
        rows = self._db.execute("SELECT session, person, kind, part, day, amount, progress, energy_wh FROM quota WHERE settled IS NULL ORDER BY session")
        still_open = [Open(session, person, Kind(kind), *rest) for session, person, kind, *rest in rows]
        roster = self._db.execute("SELECT raw FROM roster ORDER BY version DESC LIMIT 1").fetchone()
        tickets = dict(self._db.execute("SELECT nonce, last FROM ticket"))
        tries = tuple(number for (number,) in self._db.execute("SELECT number FROM attempt ORDER BY id"))
        alarms = tuple(seq for (seq,) in self._db.execute("SELECT seq FROM fact WHERE alarm = 1 ORDER BY seq"))
        raw = roster[0] if roster else None
        faces, transfers = consents.read(self._db), consents.transfers(self._db)
        return Restored(
            self.epoch, first, last, "", 1, 0, day, used, still_open, raw, tickets, faces, transfers, loans=loans.read(self._db), tries=tries,
            faults=standing.faults(self._db), care=care.read(self._db), runs=standing.runs(self._db),
            maintenance=standing.maintenance(self._db), fridge=fridge.read(self._db), shared=leases.read(self._db),
            alarms=alarms, root=configs.root(self._db), config=configs.read(self._db), audit=orders.last(self._db),
            unlocks=orders.unlocks(self._db),
        )  # fmt: skip

    def commit(self, facts: Sequence[Fact], records: Sequence[Record], stamp: Stamp) -> list[Row]:
        """One transaction. When the disk is full the reserve is given up and it is tried once more. Raises: StoreFailed."""
        try:
            return self._write(facts, records, stamp)
        except sqlite3.Error as error:
            if not self._make_room(error):
                raise StoreFailed(f"ledger: {error}", is_full(error)) from error
        try:
            return self._write(facts, records, stamp)
        except sqlite3.Error as error:
            raise StoreFailed(f"ledger: {error}", is_full(error)) from error

    def rows(self, after: int, count: int) -> list[Row]:
        """Raises: StoreFailed."""
        return select(self._db, self._restamps, "fact", "alarm", after, count)

    def restamp(self, ranges: Sequence[tuple[int, int]], offset_ms: int) -> None:
        """Raises: StoreFailed."""
        try:
            self._restamps.add(ranges, offset_ms)
        except sqlite3.Error as error:
            raise StoreFailed(f"ledger: {error}", is_full(error)) from error
        self._written = True

    def used_bytes(self) -> int:
        """Room that the database takes."""
        return used_bytes(self._db)

    def forget(self, upto: int) -> None:
        """Deleted with the next commit, or by tidy(): losing this costs a repetition, which the cloud throws away."""
        self._forget = max(self._forget, upto)

    def tidy(self) -> bool:
        """True while the reserve is given up.

        The log is copied back into the database here and not in a commit, where it made one entry in a hundred wait 5 ms.
        """
        if self._forget:
            self._forget_now()
        if self._written:
            self._quietly("PRAGMA wal_checkpoint(PASSIVE)")
            self._written = False
        return not self._reserve.take()

    def close(self) -> None:
        """The last connection of a process lets SQLite tidy up."""
        self._db.close()

    def _write(self, facts: Sequence[Fact], records: Sequence[Record], stamp: Stamp) -> list[Row]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            rows = [self._insert(fact, stamp) for fact in facts]
            for record in records:
                self._record(record)
            if self._forget:
                self._db.execute("DELETE FROM fact WHERE seq <= ?", (self._forget,))
            self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise
        self._forget, self._written = 0, True
        return rows

    def _insert(self, fact: Fact, stamp: Stamp) -> Row:
        text, alarm = body(self._station, self.epoch, stamp, "fact", fact.model_dump_json()), is_alarm(fact)
        cursor = self._db.execute("INSERT INTO fact (body, alarm) VALUES (?, ?)", (text, alarm))
        assert cursor.lastrowid is not None
        return Row(cursor.lastrowid, text, alarm)

    def _record(self, record: Record) -> None:
        match record:
            case Reserve(session, person, kind, part, day, amount, keep_from):
                self._db.execute("DELETE FROM quota WHERE day < ? AND settled IS NOT NULL", (keep_from,))
                values = (session, person, kind.value, part, day, amount)
                self._db.execute("INSERT INTO quota (session, person, kind, part, day, amount) VALUES (?, ?, ?, ?, ?, ?)", values)
            case Settle(session, amount, stop):
                self._db.execute("UPDATE quota SET settled = ?, stop = ? WHERE session = ?", (amount, stop.value, session))
            case Progress(session, amount, energy_wh):
                self._db.execute("UPDATE quota SET progress = ?, energy_wh = ? WHERE session = ?", (amount, energy_wh, session))
            case StoreRoster(version, raw):
                self._db.execute("DELETE FROM roster")
                self._db.execute("INSERT INTO roster (version, raw) VALUES (?, ?)", (version, raw))
            case StoreConsent() | DropConsent() | StoreTransfer():
                consents.write(self._db, record)
            case UseTicket(nonce, last_s):
                self._db.execute("DELETE FROM ticket WHERE last <= ?", (last_s - KEEP_S,))
                self._db.execute("INSERT INTO ticket (nonce, last) VALUES (?, ?)", (nonce, last_s))
            case StoreCare():
                care.write(self._db, record)
            case StoreFault() | DropFault() | StoreRun() | DropRun() | StoreMaintenance() | DropMaintenance():
                standing.write(self._db, record)
            case OpenLoan() | KeepLoan() | CloseLoan():
                loans.write(self._db, record)
            case StoreShelf() | StoreCold() | StoreProbe():
                fridge.write(self._db, record)
            case StoreLease() | StoreDay():
                leases.write(self._db, record)
            case StoreRoot() | StoreConfig():
                configs.write(self._db, record)
            case AppendAudit() | KeepUnlocks():
                orders.write(self._db, record)
            case KeepTries(numbers):
                self._db.execute("DELETE FROM attempt")
                self._db.executemany("INSERT INTO attempt (number) VALUES (?)", [(number,) for number in numbers])

    def _make_room(self, error: sqlite3.Error) -> bool:
        if not (is_full(error) and self._reserve.give_up()):
            return False
        self._quietly("PRAGMA wal_checkpoint(TRUNCATE)")
        return True

    def _forget_now(self) -> None:
        """When the disk does not take it, the next time will."""
        try:
            self._db.execute("DELETE FROM fact WHERE seq <= ?", (self._forget,))
            self._restamps.forget(self._forget)
            give_back(self._db)
            self._forget = 0
        except sqlite3.Error:
            return

    def _quietly(self, statement: str) -> None:
        """Housekeeping, likewise."""
        with suppress(sqlite3.Error):
            self._db.execute(statement).fetchall()
