"""Hours and days again, from the ledger and from samples: the same for those that just changed and for a rebuild of everything."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from cloud.domain.rollups import DETAILED, HOUR_MS, Place, sample_hours, use, use_point
from cloud.domain.steps import Fold
from cloud.series_ports import SeriesBook, SeriesSink
from contract.series import Measurement

SPANS = {Measurement.HOURLY: HOUR_MS, Measurement.DAILY: 24 * HOUR_MS}
Touched = Iterable[tuple[str, int]]


def write_use(book: SeriesBook, sink: SeriesSink, measurement: Measurement, touched: Touched, places: Mapping[str, Place]) -> int:
    """Of each (station, beginning) what was used; how many points. Raises: SeriesDown, LedgerDown."""
    by_start: dict[int, list[str]] = defaultdict(list)
    for station, start_ms in touched:
        by_start[start_ms].append(station)
    written = 0
    for start_ms, stations in sorted(by_start.items()):
        until_ms = start_ms + SPANS[measurement]
        names = sorted(stations)
        found = use(book.counts(names, start_ms, until_ms), book.details(names, start_ms, until_ms, DETAILED))
        points = [use_point(measurement, name, places.get(name, ("", "")), used, start_ms) for name, used in sorted(found.items())]
        sink.write(points)
        written += len(points)
    return written


def write_sample_hours(sink: SeriesSink, touched: Touched) -> int:
    """Of each (station, beginning) its samples in one point a part; how many. Raises: SeriesDown."""
    by_station: dict[str, list[int]] = defaultdict(list)
    for station, start_ms in touched:
        by_station[station].append(start_ms)
    written = 0
    for station, hours in sorted(by_station.items()):
        for first_ms, last_ms in _runs(sorted(hours)):
            written += _one_run(sink, station, first_ms, last_ms + HOUR_MS)
    return written


def _one_run(sink: SeriesSink, station: str, since_ms: int, until_ms: int) -> int:
    means, most = (
        {tuple(sorted(one.tags.items())): one for one in sink.query("sample", {"station": station}, since_ms, until_ms, HOUR_MS, fold)}
        for fold in (Fold.MEAN, Fold.MAX)
    )
    points = []
    for tags, one in means.items():
        folded = {Fold.MEAN: one.columns, Fold.MAX: most[tags].columns} if tags in most and most[tags].at_ms == one.at_ms else {Fold.MEAN: one.columns}
        points += sample_hours(one.tags, one.at_ms, folded)
    sink.write(points)
    return len(points)


def _runs(hours: Sequence[int]) -> list[tuple[int, int]]:
    """First and last of hours that follow each other."""
    runs: list[tuple[int, int]] = []
    for hour in hours:
        if runs and hour - runs[-1][1] == HOUR_MS:
            runs[-1] = (runs[-1][0], hour)
        else:
            runs.append((hour, hour))
    return runs
