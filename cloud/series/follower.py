"""Makes points of the facts in the ledger, in the order of their ids, and remembers how far it got.

The cursor moves after the write: a store that was away, or a process that was killed, repeats points and loses none. What arrived in
the last minutes is made again at each start, since a store may lose its last seconds in a power cut.
"""

from __future__ import annotations

from collections.abc import Callable

from cloud.domain.fact_points import of_row
from cloud.ports import FactQuery, Ledger
from cloud.series_ports import SeriesBook, SeriesSink

CURSOR = "facts"
BATCH = 2000
AGAIN_MS = 10 * 60_000
"""What arrived so long before a start is made again."""


class Follower:
    """Call it again and again, on one thread. Of several processes only one should."""

    def __init__(self, ledger: Ledger, book: SeriesBook, sink: SeriesSink, clock_ms: Callable[[], int]) -> None:
        self._ledger, self._book, self._sink, self._clock_ms = ledger, book, sink, clock_ms
        self._at: int | None = None

    def __call__(self) -> bool:
        """Take one batch on; whether there may be more.

        Raises:
            SeriesDown, LedgerDown: nothing moved.
        """
        at = self._begin() if self._at is None else self._at
        upto = self._ledger.safe_id()
        rows = [row for row in self._ledger.facts(FactQuery(after=at, order="oldest", limit=BATCH)) if row.id <= upto]
        if rows:
            self._sink.write([point for row in rows for point in of_row(row)])
            at = rows[-1].id
            self._book.move(CURSOR, at, self._clock_ms())
        self._at = at
        return len(rows) == BATCH

    def let_go(self) -> None:
        """Another process has it now: begin anew where that one will have got to."""
        self._at = None

    def behind(self) -> int:
        """Facts in the ledger that have no points yet. Raises: LedgerDown."""
        return self._book.behind(self._book.cursor(CURSOR) or 0)

    def _begin(self) -> int:
        known = self._book.cursor(CURSOR) or 0
        recent = self._book.first_since(self._clock_ms() - AGAIN_MS)
        return known if recent is None else min(known, recent - 1)
