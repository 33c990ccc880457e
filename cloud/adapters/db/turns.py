"""Several ingest processes on one PostgreSQL database: who waits for whom, and up to which id the ledger is complete.

SQLite has one writer at a time, so there ids are committed in their order and none of this is needed. On PostgreSQL a
transaction draws its ids when it inserts and may commit after one that drew later ids: a reader that goes on "after the
highest id I saw" would skip rows. So each writer first marks, by a shared advisory lock whose key is the counter's value,
that all its ids will lie beyond that value; the lock ends with its transaction, however that ends. What lies at or below
every mark under way, and below the counter as it was before looking, is final. (Tried on paper and dropped: `xmin` of the
rows, which orders transactions, not ids; an exclusive lock, by which one stalled process would stop all others.)
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, func, select, text

from cloud.adapters.db.tables import FACTS
from contract.topics import shard

# Keys of 64 bits: what kind of lock above bit 44, a number below it.
MARK, TURN = 7351 << 44, 7352 << 44
COUNTER = "SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM facts_id_seq"
LOCKED = text("""
SELECT min(((classid::bigint << 32) | objid::bigint) & ((1::bigint << 44) - 1)) FROM pg_locks
WHERE locktype = 'advisory' AND objsubid = 1 AND granted AND ((classid::bigint << 32) | objid::bigint) >> 44 = :kind
AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
""")
MINE = text("SELECT pg_advisory_xact_lock(key) FROM (SELECT unnest(cast(:keys AS bigint[])) AS key ORDER BY 1) AS keys")


def take_turn(connection: Connection, stations: Iterable[str]) -> None:
    """First of all in a transaction that writes what these stations sent: two that write of the same shard take turns.

    Locks are taken in the order of their keys, all at once, so that nobody waits in a circle.
    """
    if connection.dialect.name != "postgresql":
        return
    keys = sorted({TURN + shard(station) for station in stations})
    if keys:
        connection.execute(MINE, {"keys": keys})
    connection.execute(text(f"SELECT pg_advisory_xact_lock_shared({MARK} + ({COUNTER}))"))


def safe_id(connection: Connection) -> int:
    """The highest id up to which no fact can appear any more; 0 for none."""
    if connection.dialect.name != "postgresql":
        return int(connection.execute(select(func.coalesce(func.max(FACTS.c.id), 0))).scalar_one())
    drawn = int(connection.execute(text(COUNTER)).scalar_one())  # before looking at the marks: who marks later draws higher ids
    marked = connection.execute(LOCKED, {"kind": MARK >> 44}).scalar_one()
    return drawn if marked is None else min(drawn, int(marked))
