"""Batches of samples on disk, compressed. They may be thinned and dropped; the loop says of which, after it told of the gap.

Written through to the disk at each batch, some once a minute: a seq that went back after a power cut would be taken for a repetition.
"""

import json
import sqlite3
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from contract.packing import pack
from edge.adapters.store.database import Opener, connect, on_disk
from edge.adapters.store.restamps import Restamps
from edge.adapters.store.rows import body, give_back, is_full, plain, select, span, used_bytes
from edge.domain.room_for_samples import SPAN_S, Span
from edge.errors import StoreFailed
from edge.ports import Row, Stamp


class SqliteSamples:
    """Batches of samples in `folder`/samples.db."""

    def __init__(self, folder: Path, station: str, opener: Opener = on_disk) -> None:
        self._station = station
        self._db, self.epoch = connect(folder / "samples.db", "samples", "FULL", opener)
        self._restamps = Restamps(self._db)

    def range(self) -> tuple[int, int]:
        """(oldest seq, newest seq); oldest > newest when there is none."""
        return span(self._db, "batch")

    def add(self, data: str, stamp: Stamp) -> int:
        """The seq of this one. Raises: StoreFailed."""
        text = body(self._station, self.epoch, stamp, "samples", data)
        try:
            values = (pack(text.encode()), len(json.loads(data)["ago_s"]) < 2)
            seq = self._db.execute("INSERT INTO batch (body, thinned) VALUES (?, ?)", values).lastrowid
        except sqlite3.Error as error:
            raise StoreFailed(f"samples: {error}", is_full(error)) from error
        assert seq is not None
        return seq

    def rows(self, after: int, count: int) -> list[Row]:
        """Raises: StoreFailed."""
        return select(self._db, self._restamps, "batch", "0", after, count)

    def forget(self, upto: int) -> None:
        """A failure only means that they are sent once more."""
        try:
            self._db.execute("DELETE FROM batch WHERE seq <= ?", (upto,))
            self._restamps.forget(upto)
            give_back(self._db)
        except sqlite3.Error:
            return

    def restamp(self, ranges: Sequence[tuple[int, int]], offset_ms: int) -> None:
        """Raises: StoreFailed."""
        try:
            self._restamps.add(ranges, offset_ms)
        except sqlite3.Error as error:
            raise StoreFailed(f"samples: {error}", is_full(error)) from error

    def used_bytes(self) -> int:
        """Room that they take."""
        return used_bytes(self._db)

    def span(self, low: int, high: int, thin: bool) -> Span | None:
        """About an hour of the oldest of low..high. Raises: StoreFailed."""
        chosen: list[dict[str, Any]] = []
        seqs: list[int] = []
        where = "seq BETWEEN ? AND ?" + (" AND thinned = 0" if thin else "")
        try:
            for seq, stored in self._db.execute(f"SELECT seq, body FROM batch WHERE {where} ORDER BY seq", (low, high)):
                envelope = json.loads(self._restamps.read(seq, plain(stored)))
                if (chosen and (_ended(envelope) - _began(chosen[0])).total_seconds() > SPAN_S) or (seqs and thin and seq != seqs[-1] + 1):
                    break
                chosen.append(envelope)
                seqs.append(seq)
        except sqlite3.Error as error:
            raise StoreFailed(f"samples: {error}", is_full(error)) from error
        if not seqs:
            return None
        going = sum(len(each["data"]["ago_s"]) // 2 if thin else len(each["data"]["ago_s"]) for each in chosen)
        return Span(seqs[0], seqs[-1], min(map(_began, chosen)), max(map(_ended, chosen)), going)

    def thin(self, low: int, high: int) -> None:
        """Every second instant goes. Taken out and put in again, since a shorter row alone frees no page. Raises: StoreFailed."""
        found = self._db.execute("SELECT seq, body FROM batch WHERE seq BETWEEN ? AND ? AND thinned = 0", (low, high)).fetchall()
        thinned = [(seq, pack(_half(plain(stored)).encode())) for seq, stored in found]
        self._db.execute("BEGIN IMMEDIATE")
        try:
            self._db.execute("DELETE FROM batch WHERE seq BETWEEN ? AND ? AND thinned = 0", (low, high))
            self._db.executemany("INSERT INTO batch (seq, body, thinned) VALUES (?, ?, 1)", thinned)
            self._db.execute("COMMIT")
        except sqlite3.Error as error:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise StoreFailed(f"samples: {error}", is_full(error)) from error

    def close(self) -> None:
        """The last connection of a process lets SQLite tidy up."""
        self._db.close()


def _ended(envelope: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(envelope["at"])


def _began(envelope: dict[str, Any]) -> datetime:
    return _ended(envelope) - timedelta(seconds=max(envelope["data"]["ago_s"]))


def _half(text: str) -> str:
    envelope = json.loads(text)
    data = envelope["data"]
    kept = slice((len(data["ago_s"]) - 1) % 2, None, 2)  # with the newest
    thinner = {"ago_s": data["ago_s"][kept], "columns": {name: values[kept] for name, values in data["columns"].items()}}
    return json.dumps(envelope | {"data": thinner}, separators=(",", ":"), ensure_ascii=False)
