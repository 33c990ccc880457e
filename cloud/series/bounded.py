"""In front of a time-series store: a write that takes too long goes on by itself, and whoever asked for it does not wait for its end.

The thread that takes messages in writes samples through this: facts behind them wait 3 s for a stalled store once, then not at all
until it has answered. Samples are not acknowledged then; they come again and overwrite themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from cloud.domain.points import Points
from cloud.errors import SeriesDown
from cloud.series_ports import Writes

WAIT_S = 3.0


class Bounded:
    """Only `write`, for one caller at a time. `wait_s`: s that a write may take."""

    def __init__(self, sink: Writes, wait_s: float = WAIT_S) -> None:
        self._sink, self._wait_s = sink, wait_s
        self._thread = ThreadPoolExecutor(1, "series writer")
        self._before: Future[None] | None = None

    def write(self, points: Sequence[Points]) -> None:
        """Raises: SeriesDown: not written, or it is not known yet whether."""
        if self._before is not None and not self._before.done():
            raise SeriesDown("series store: the write before has no answer yet")
        task = self._before = self._thread.submit(self._sink.write, points)
        try:
            task.result(self._wait_s)
        except TimeoutError:
            raise SeriesDown(f"series store: no answer within {self._wait_s:g} s") from None
