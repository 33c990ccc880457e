"""Outbox rows, alike for facts and samples: how they are written down and read again."""

import json
import sqlite3

from contract.envelope import iso
from edge.errors import StoreFailed
from edge.ports import Row, Stamp


def body(station: str, epoch: str, stamp: Stamp, kind: str, data: str) -> str:
    """An envelope without seq and base, as JSON."""
    head = {"v": 1, "station": station, "epoch": epoch, "boot": stamp.boot, "at": iso(stamp.at), "up": stamp.up, "clock": stamp.clock.value, "type": kind}
    return json.dumps(head, separators=(",", ":"))[:-1] + f',"data":{data}}}'


def span(db: sqlite3.Connection, table: str) -> tuple[int, int]:
    """(oldest seq, newest seq ever); oldest is one more than newest when there is none."""
    last = db.execute("SELECT seq FROM sqlite_sequence WHERE name = ?", (table,)).fetchone()
    newest = last[0] if last else 0
    oldest = db.execute(f"SELECT min(seq) FROM {table}").fetchone()[0]
    return (newest + 1 if oldest is None else oldest), newest


def select(db: sqlite3.Connection, table: str, after: int, count: int) -> list[Row]:
    """Rows with seq > after in order. Raises: StoreFailed."""
    try:
        return [Row(seq, text) for seq, text in db.execute(f"SELECT seq, body FROM {table} WHERE seq > ? ORDER BY seq LIMIT ?", (after, count))]
    except sqlite3.Error as error:
        raise StoreFailed(f"{table}: {error}", is_full(error)) from error


def is_full(error: sqlite3.Error) -> bool:
    """Whether the disk had no room."""
    return getattr(error, "sqlite_errorcode", None) in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_IOERR_WRITE)
