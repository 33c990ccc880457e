"""The fridge in the ledger's database: stock, how long it was warm, probes that have worked here."""

import sqlite3

from edge.domain.fridge_records import FridgeKept, FridgeRecord, StoreCold, StoreProbe, StoreShelf


def write(db: sqlite3.Connection, record: FridgeRecord) -> None:
    """Within the ledger's transaction."""
    match record:
        case StoreShelf(shelf, count, lot, expires, expired, grams):
            db.execute("INSERT OR REPLACE INTO shelf VALUES (?, ?, ?, ?, ?, ?)", (shelf, count, lot, expires, expired, grams))
        case StoreCold(warm_s, seen_at):
            db.execute("INSERT OR REPLACE INTO cold VALUES (1, ?, ?)", (warm_s, seen_at))
        case StoreProbe(probe):
            db.execute("INSERT OR IGNORE INTO probe VALUES (?)", (probe,))


def read(db: sqlite3.Connection) -> FridgeKept:
    """Everything of it."""
    rows = db.execute("SELECT shelf, count, lot, expires, expired, grams FROM shelf ORDER BY shelf")
    shelves = tuple(StoreShelf(shelf, count, lot, expires, bool(expired), grams) for shelf, count, lot, expires, expired, grams in rows)
    cold = db.execute("SELECT warm_s, seen_at FROM cold").fetchone()
    probes = frozenset(probe for (probe,) in db.execute("SELECT probe FROM probe"))
    return FridgeKept(shelves, StoreCold(*cold) if cold else None, probes)
