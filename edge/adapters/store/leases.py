"""Quota leases and the day in force, in the ledger's database."""

import sqlite3

from contract.leases import Kind
from edge.domain.lease_records import Shared, StoreDay, StoreLease


def write(db: sqlite3.Connection, record: StoreLease | StoreDay) -> None:
    """Within the ledger's transaction."""
    match record:
        case StoreLease(person, what, day, number, upto, told):
            db.execute("INSERT OR REPLACE INTO lease VALUES (?, ?, ?, ?, ?, ?)", (day, person, what.value, number, upto, told))
        case StoreDay(day, keep_from):
            db.execute("INSERT OR REPLACE INTO day VALUES (1, ?, ?)", (day, keep_from))
            db.execute("DELETE FROM lease WHERE day < ?", (keep_from,))


def read(db: sqlite3.Connection) -> Shared:
    """Everything that is kept."""
    day = db.execute("SELECT day, keep_from FROM day").fetchone()
    rows = db.execute("SELECT day, person, kind, sum(settled) FROM quota WHERE settled IS NOT NULL GROUP BY 1, 2, 3")
    drawn = {(day, person, Kind(kind)): amount for day, person, kind, amount in rows}
    rows = db.execute("SELECT person, what, day, number, upto, told FROM lease")
    leases = [StoreLease(person, Kind(what), *rest) for person, what, *rest in rows]
    return Shared(StoreDay(*day) if day else None, drawn, leases)
