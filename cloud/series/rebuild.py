"""All points of facts, hours and days again, from the ledger: by the same code that makes them every day, so that twice changes nothing.

Samples are nowhere else than in the time-series store, so they and their hours can not be made again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from cloud.domain.fact_points import of_row
from cloud.domain.plausible import plausible
from cloud.domain.points import Points
from cloud.domain.rollups import Place
from cloud.domain.steps import Fold
from cloud.errors import SeriesDown
from cloud.ports import FactQuery, FactRow, Ledger
from cloud.series.hours import SPANS, write_use
from cloud.series_ports import Series, SeriesBook, SeriesSink

BATCH = 2000
PATIENCE_S, PAUSE_S = 60.0, 0.5
"""A store that is away for so long ends a rebuild; between tries it is left alone."""
SPANS_AT_ONCE = 50
Told = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Wanted:
    """`since_ms`: what stands before is left as it is; `station` None: all."""

    since_ms: int = 0
    station: str | None = None

    def __contains__(self, row: FactRow) -> bool:
        """A fact stands at its own time, or where that can not be at that of its arrival."""
        return (row.at_ms if plausible(row.at_ms, row.received_ms) else row.received_ms) >= self.since_ms


def rebuild(
    ledger: Ledger, book: SeriesBook, sink: SeriesSink, places: Mapping[str, Place], offset_ms: int, wanted: Wanted, told: Told
) -> dict[str, int]:
    """How many points were written, by what they are of. `told(what, done, of)` says how far it is.

    Raises:
        SeriesDown, LedgerDown: begin again; nothing is worse than before.
    """
    sink, upto = _Patient(sink), ledger.safe_id()
    written = {"facts": _facts(ledger, sink, upto, wanted, told)}
    for measurement, span_ms in SPANS.items():
        touched = sorted(one for one in book.touched(0, upto, span_ms, offset_ms) if one[1] + span_ms > wanted.since_ms and wanted.station in (None, one[0]))
        written[measurement.value] = 0
        for first in range(0, len(touched), SPANS_AT_ONCE):
            written[measurement.value] += write_use(book, sink, measurement, touched[first : first + SPANS_AT_ONCE], places)
            told(measurement.value, min(first + SPANS_AT_ONCE, len(touched)), len(touched))
    return written


def _facts(ledger: Ledger, sink: SeriesSink, upto: int, wanted: Wanted, told: Told) -> int:
    at, written = 0, 0
    while True:
        rows = ledger.facts(FactQuery(station=wanted.station, after=at, before=upto + 1, order="oldest", limit=BATCH))
        if not rows:
            return written
        points: list[Points] = [point for row in rows if row in wanted for point in of_row(row)]
        sink.write(points)
        written += len(points)
        at = rows[-1].id
        told("facts", at, upto)


class _Patient:
    """The same store; a write waits for it."""

    def __init__(self, sink: SeriesSink) -> None:
        self._sink = sink
        self.kind, self.words_kept, self.refused = sink.kind, sink.words_kept, sink.refused
        self.forget, self.close = sink.forget, sink.close

    def write(self, points: Sequence[Points]) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                return self._sink.write(points)
            except SeriesDown:
                if time.monotonic() > deadline:
                    raise
                time.sleep(PAUSE_S)

    def query(
        self, measurement: str, tags: Mapping[str, str], since_ms: int, until_ms: int, step_ms: int, fold: Fold = Fold.MEAN
    ) -> list[Series]:
        return self._sink.query(measurement, tags, since_ms, until_ms, step_ms, fold)
