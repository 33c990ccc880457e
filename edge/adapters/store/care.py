"""What was done for the water last, in the ledger's database: one row."""

import sqlite3

from edge.domain.records import StoreCare


def write(db: sqlite3.Connection, kept: StoreCare) -> None:
    """Within the ledger's transaction."""
    values = (kept.filter_day, kept.filter_told, kept.drawn_ml, kept.test_day, kept.test_told, kept.passed, kept.drawn_day)
    db.execute("INSERT OR REPLACE INTO care VALUES (1, ?, ?, ?, ?, ?, ?, ?)", values)


def read(db: sqlite3.Connection) -> StoreCare | None:
    """None when nothing ever ran."""
    row = db.execute("SELECT filter_day, filter_told, drawn_ml, test_day, test_told, passed, drawn_day FROM care").fetchone()
    if row is None:
        return None
    filter_day, filter_told, drawn_ml, test_day, test_told, passed, drawn_day = row
    return StoreCare(filter_day, bool(filter_told), drawn_ml, test_day, bool(test_told), bool(passed), drawn_day)
