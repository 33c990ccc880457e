"""In front of a time-series store: remembers of which hours samples came, since samples of long ago may come at any time."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence

from cloud.domain.points import NS_PER_MS, Columns, Points
from cloud.domain.rollups import HOUR_MS
from cloud.domain.steps import Fold
from cloud.series_ports import Series, SeriesSink
from contract.series import Measurement, Tag

RIPE_MS = 5 * 60_000
"""After the end of an hour, until which most of its samples are there."""


class Sampled:
    """See `cloud.series_ports.SeriesSink`. Safe from several threads."""

    def __init__(self, sink: SeriesSink) -> None:
        self._sink, self._lock = sink, threading.Lock()
        self._noted: set[tuple[str, int]] = set()
        self.kind, self.words_kept = sink.kind, sink.words_kept

    @property
    def refused(self) -> Mapping[str, int]:
        """As the store has it."""
        return self._sink.refused

    def write(self, points: Sequence[Points]) -> None:
        """Raises: SeriesDown."""
        self._sink.write(points)
        tables = [one for one in points if isinstance(one, Columns) and one.measurement is Measurement.SAMPLE]
        once = {id(one.at_ns): one for one in tables}  # all parts in a message share one list of instants
        self.note({hour for one in once.values() for hour in _hours(one)})

    def note(self, hours: set[tuple[str, int]]) -> None:
        """(station, beginning) of hours to be looked at."""
        with self._lock:
            self._noted |= hours

    def ripe(self, now_ms: int) -> set[tuple[str, int]]:
        """Those that are over; they are forgotten here."""
        with self._lock:
            found = {one for one in self._noted if one[1] + HOUR_MS + RIPE_MS <= now_ms}
            self._noted -= found
            return found

    def query(
        self, measurement: str, tags: Mapping[str, str], since_ms: int, until_ms: int, step_ms: int, fold: Fold = Fold.MEAN
    ) -> list[Series]:
        """Raises: SeriesDown."""
        return self._sink.query(measurement, tags, since_ms, until_ms, step_ms, fold)

    def forget(self, before_ms: int) -> None:
        """Raises: SeriesDown."""
        self._sink.forget(before_ms)

    def close(self) -> None:
        """Safe to call twice."""
        self._sink.close()


def _hours(one: Columns) -> set[tuple[str, int]]:
    station = dict(one.tags).get(Tag.STATION, "")
    first, last = (at_ns // NS_PER_MS // HOUR_MS for at_ns in (min(one.at_ns), max(one.at_ns)))
    return {(station, hour * HOUR_MS) for hour in range(first, last + 1)}
