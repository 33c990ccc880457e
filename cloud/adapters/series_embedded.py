"""A time-series store in one SQLite file, for a fleet without InfluxDB: points by series and time, repeated ones overwrite.

synchronous=NORMAL: a power cut of the cloud may lose the last seconds of measurements, which is a gap. What is billed
is in the ledger, which is a file of its own.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from cloud.domain.points import NS_PER_MS, Point, Points, Value, one_by_one
from cloud.domain.steps import Fold, gather
from cloud.errors import SeriesDown
from cloud.series_ports import Series

SCHEMA = """
CREATE TABLE IF NOT EXISTS series (
  id INTEGER PRIMARY KEY, measurement TEXT NOT NULL, tags TEXT NOT NULL, UNIQUE (measurement, tags)
);
CREATE TABLE IF NOT EXISTS points (
  series INTEGER NOT NULL, at_ns INTEGER NOT NULL, fields TEXT NOT NULL, PRIMARY KEY (series, at_ns)
) WITHOUT ROWID;
"""
MOST_ROWS = 200_000
"""Points read for one query at most; the newest of a longer span are left out rather than the memory filled."""


class EmbeddedSeries:
    """See `cloud.series_ports.SeriesSink`. One connection writes, under a lock; each query has its own."""

    kind = "embedded"
    words_kept = True

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self.refused: dict[str, int] = {}  # it takes everything
        self._lock = threading.Lock()
        self._ids: dict[tuple[str, str], int] = {}
        with _trouble():
            self._writer = self._open()
            self._writer.executescript("PRAGMA journal_mode=WAL;" + SCHEMA)

    def close(self) -> None:
        """Safe to call twice."""
        with self._lock:
            self._writer.close()

    def write(self, points: Sequence[Points]) -> None:
        """All points or none. Raises: SeriesDown."""
        with self._lock, _trouble():
            try:
                self._writer.execute("BEGIN IMMEDIATE")
                rows = [(self._id(point), point.at_ns, json.dumps(dict(point.fields))) for point in one_by_one(points)]
                self._writer.executemany("INSERT OR REPLACE INTO points VALUES (?, ?, ?)", rows)
                self._writer.execute("COMMIT")
            except sqlite3.Error:
                self._ids.clear()  # those just drawn are gone with the transaction
                if self._writer.in_transaction:
                    self._writer.execute("ROLLBACK")
                raise

    def query(
        self, measurement: str, tags: Mapping[str, str], since_ms: int, until_ms: int, step_ms: int, fold: Fold = Fold.MEAN
    ) -> list[Series]:
        """Raises: SeriesDown."""
        with _trouble(), closing(self._open()) as connection:
            text = "SELECT id, tags FROM series WHERE measurement = ? ORDER BY tags"
            found = connection.execute(text, (measurement,)).fetchall()
            wanted = [(one, known) for one, raw in found if tags.items() <= (known := json.loads(raw)).items()]
            span = (since_ms * NS_PER_MS, until_ms * NS_PER_MS)
            return [Series(known, *gather(_rows(connection, one, span), step_ms, fold)) for one, known in wanted]

    def forget(self, before_ms: int) -> None:
        """Delete older points, a series at a time, so that writes get their turn. Raises: SeriesDown."""
        with _trouble(), closing(self._open()) as connection:
            series = [row[0] for row in connection.execute("SELECT id FROM series")]
        for one in series:
            with self._lock, _trouble():
                self._writer.execute("DELETE FROM points WHERE series = ? AND at_ns < ?", (one, before_ms * NS_PER_MS))

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, timeout=10, isolation_level=None, check_same_thread=False)
        connection.execute("PRAGMA synchronous=NORMAL")
        return connection

    def _id(self, point: Point) -> int:
        key = (point.measurement.value, json.dumps({name.value: value for name, value in point.tags}))
        if key not in self._ids:
            self._writer.execute("INSERT OR IGNORE INTO series (measurement, tags) VALUES (?, ?)", key)
            found = self._writer.execute("SELECT id FROM series WHERE measurement = ? AND tags = ?", key)
            self._ids[key] = found.fetchone()[0]
        return self._ids[key]


Row = tuple[int, dict[str, Value]]


def _rows(connection: sqlite3.Connection, series: int, span: tuple[int, int]) -> Iterator[Row]:
    text = "SELECT at_ns, fields FROM points WHERE series = ? AND at_ns >= ? AND at_ns < ? ORDER BY at_ns LIMIT ?"
    for at_ns, fields in connection.execute(text, (series, *span, MOST_ROWS)):
        yield at_ns // NS_PER_MS, json.loads(fields)


@contextmanager
def _trouble() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise SeriesDown(f"series store: {error}") from error
