"""Batches of samples on disk: the oldest go when there is no room.

Written through to the disk at each batch, some once a minute: a seq that went back after a power cut would be taken for a repetition.
"""

import sqlite3
from pathlib import Path

from edge.adapters.store.database import Opener, connect, on_disk
from edge.adapters.store.rows import body, is_full, select, span
from edge.errors import StoreFailed
from edge.ports import Row, Stamp


class SqliteSamples:
    """Batches of samples in `folder`/samples.db, at most `keep` of them."""

    def __init__(self, folder: Path, station: str, keep: int, opener: Opener = on_disk) -> None:
        self._station, self._keep = station, keep
        self._db, self.epoch = connect(folder / "samples.db", "samples", "FULL", opener)

    def range(self) -> tuple[int, int]:
        """(oldest seq, newest seq); oldest > newest when there is none."""
        return span(self._db, "batch")

    def add(self, data: str, stamp: Stamp) -> tuple[int, int]:
        """Raises: StoreFailed."""
        text = body(self._station, self.epoch, stamp, "samples", data)
        try:
            seq = self._db.execute("INSERT INTO batch (body) VALUES (?)", (text,)).lastrowid
            assert seq is not None
            self._db.execute("DELETE FROM batch WHERE seq <= ?", (seq - self._keep,))
            return self._db.execute("SELECT min(seq) FROM batch").fetchone()[0], seq
        except sqlite3.Error as error:
            raise StoreFailed(f"samples: {error}", is_full(error)) from error

    def rows(self, after: int, count: int) -> list[Row]:
        """Raises: StoreFailed."""
        return select(self._db, "batch", after, count)

    def forget(self, upto: int) -> None:
        """A failure only means that they are sent once more."""
        try:
            self._db.execute("DELETE FROM batch WHERE seq <= ?", (upto,))
        except sqlite3.Error:
            return

    def close(self) -> None:
        """The last connection of a process lets SQLite tidy up."""
        self._db.close()
