"""Time that was known later: rows stored with an unsure clock are read with the time that their boot turned out to have had.

The row itself stays as it is, so that a year of rows is restamped in one small transaction; what is read is the same ever after.
"""

import json
import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime

from contract.envelope import ClockState, iso


class Restamps:
    """The table `restamp` of one database."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._ranges: list[tuple[int, int, int]] = db.execute("SELECT low, high, offset_ms FROM restamp").fetchall()

    def add(self, ranges: Sequence[tuple[int, int]], offset_ms: int) -> None:
        """In one transaction. Raises: sqlite3.Error, and then nothing is changed."""
        rows = [(low, high, offset_ms) for low, high in ranges]
        self._db.execute("BEGIN IMMEDIATE")
        try:
            self._db.executemany("INSERT INTO restamp VALUES (?, ?, ?)", rows)
            self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise
        self._ranges += rows

    def read(self, seq: int, body: str) -> str:
        """The body of a row as it is to be sent."""
        offset_ms = next((offset for low, high, offset in self._ranges if low <= seq <= high), None)
        if offset_ms is None:
            return body
        envelope = json.loads(body)
        if envelope["clock"] != ClockState.UNSURE:
            return body
        at = iso(datetime.fromtimestamp(offset_ms / 1000 + envelope["up"], UTC))
        return json.dumps(envelope | {"at": at, "clock": ClockState.DERIVED.value}, separators=(",", ":"), ensure_ascii=False)

    def forget(self, upto: int) -> None:
        """Rows up to here are gone. Raises: sqlite3.Error."""
        if any(high <= upto for _, high, _ in self._ranges):
            self._db.execute("DELETE FROM restamp WHERE high <= ?", (upto,))
            self._ranges = [one for one in self._ranges if one[1] > upto]
