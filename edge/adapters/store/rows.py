"""Outbox rows, alike for facts and samples: how they are written down and read again, and how much room they take."""

import json
import sqlite3

from contract.envelope import iso
from contract.packing import unpack
from edge.adapters.store.restamps import Restamps
from edge.errors import StoreFailed
from edge.ports import Row, Stamp

FREE_PAGES = 512
"""That many are kept for the next rows before room is given back to the file system."""


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


def select(db: sqlite3.Connection, restamps: Restamps, table: str, alarm: str, after: int, count: int) -> list[Row]:
    """Rows with seq > after in order; `alarm`: the column that says so. Raises: StoreFailed."""
    try:
        found = db.execute(f"SELECT seq, body, {alarm} FROM {table} WHERE seq > ? ORDER BY seq LIMIT ?", (after, count)).fetchall()
    except sqlite3.Error as error:
        raise StoreFailed(f"{table}: {error}", is_full(error)) from error
    return [Row(seq, restamps.read(seq, plain(stored)), bool(is_alarm)) for seq, stored, is_alarm in found]


def plain(stored: str | bytes) -> str:
    """A body as text, whether it lies there compressed or not."""
    return stored if isinstance(stored, str) else unpack(stored).decode()


def used_bytes(db: sqlite3.Connection) -> int:
    """Room taken by what is in the database; pages that are free in its file are not counted. 0 where it can not be asked."""
    try:
        pages, free, size = (db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count", "page_size"))
    except sqlite3.Error:
        return 0
    return int((pages - free) * size)


def give_back(db: sqlite3.Connection) -> None:
    """Shorten a file that was much larger once. Raises: sqlite3.Error."""
    if db.execute("PRAGMA freelist_count").fetchone()[0] > 2 * FREE_PAGES:
        db.execute(f"PRAGMA incremental_vacuum({FREE_PAGES})").fetchall()


def is_full(error: sqlite3.Error) -> bool:
    """Whether the disk had no room."""
    return getattr(error, "sqlite_errorcode", None) in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_IOERR_WRITE)
