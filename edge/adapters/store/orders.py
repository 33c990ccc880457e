"""The audit chain of orders and the unlocks of the last hour, in the ledger's database."""

import sqlite3
from contextlib import closing
from pathlib import Path

from edge.domain.audit import BEGIN
from edge.domain.order_records import AppendAudit, KeepUnlocks


def write(db: sqlite3.Connection, record: AppendAudit | KeepUnlocks) -> None:
    """Within the ledger's transaction."""
    match record:
        case AppendAudit(seq, body, hash_):
            db.execute("INSERT INTO audit (seq, body, hash) VALUES (?, ?, ?)", (seq, body, hash_))
        case KeepUnlocks(ages_s):
            db.execute("DELETE FROM unlock")
            db.executemany("INSERT INTO unlock (age_s) VALUES (?)", [(age,) for age in ages_s])


def audit(db: sqlite3.Connection) -> list[AppendAudit]:
    """The whole chain."""
    return [AppendAudit(*row) for row in db.execute("SELECT seq, body, hash FROM audit ORDER BY seq")]


def read_audit(folder: Path) -> list[AppendAudit]:
    """The whole chain of a station that may be running. Raises: sqlite3.Error, when there is none."""
    with closing(sqlite3.connect(f"{(folder / 'ledger.db').absolute().as_uri()}?mode=ro", uri=True, timeout=5.0)) as db:
        return audit(db)


def last(db: sqlite3.Connection) -> tuple[int, str]:
    """Seq and hash of the newest entry."""
    row = db.execute("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1").fetchone()
    return (row[0], row[1]) if row else (0, BEGIN)


def unlocks(db: sqlite3.Connection) -> tuple[int, ...]:
    """Ages in s, oldest first."""
    return tuple(age for (age,) in db.execute("SELECT age_s FROM unlock ORDER BY number"))
