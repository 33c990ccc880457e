"""What was used in each hour (or day) in which facts stand that came since the last time: counted again in the ledger, some at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from cloud.domain.rollups import Place
from cloud.ports import Ledger
from cloud.series.follower import AGAIN_MS
from cloud.series.hours import SPANS, write_use
from cloud.series_ports import SeriesBook, SeriesSink
from contract.series import Measurement

AT_ONCE = 500
"""Stations times hours in one step: less than a second."""


class Use:
    """Of one measurement, hourly or daily. For one thread."""

    def __init__(
        self, measurement: Measurement, ledger: Ledger, book: SeriesBook, sink: SeriesSink, places: Callable[[], Mapping[str, Place]], offset_ms: int
    ) -> None:
        self._measurement, self._ledger, self._book, self._sink = measurement, ledger, book, sink
        self._places, self._offset_ms = places, offset_ms
        self._left: list[tuple[str, int]] = []
        self._upto: int | None = None
        self._first = True

    def begin(self, now_ms: int) -> None:
        """Look what changed, unless it is not yet done with the time before. Raises: LedgerDown."""
        if self._upto is not None:
            return
        upto = self._ledger.safe_id()
        known = after = self._book.cursor(self._measurement.value) or 0
        if self._first:  # a store may lose its last seconds in a power cut
            recent = self._book.first_since(now_ms - AGAIN_MS)
            after = known if recent is None else min(known, recent - 1)
        if after < upto:
            touched = self._book.touched(after, upto, SPANS[self._measurement], self._offset_ms)
            self._left, self._upto = sorted(touched, key=lambda one: (one[1], one[0])), upto
        self._first = False

    def step(self, now_ms: int) -> bool:
        """Write some, the newest first; whether there is more. Raises: SeriesDown, LedgerDown: the same again."""
        if self._upto is None:
            return False
        write_use(self._book, self._sink, self._measurement, self._left[-AT_ONCE:], self._places())
        del self._left[-AT_ONCE:]
        if self._left:
            return True
        self._book.move(self._measurement.value, self._upto, now_ms)
        self._upto = None
        return False

    def let_go(self) -> None:
        """Another process does it now: begin anew where that one will have got to."""
        self._left, self._upto, self._first = [], None, True
