"""Every 30 s: where all stations stand, how this process is, and what hours and days the newest facts changed."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from cloud.domain.points import Value
from cloud.domain.presence import presence
from cloud.domain.rollups import HOUR_MS, Place, Seen, fleet_points, platform_point, presence_point
from cloud.domain.steps import Fold
from cloud.ingest import Counters
from cloud.ports import Ledger, Outgoing, StationRow, Stations, Workers
from cloud.series.follower import CURSOR, Follower
from cloud.series.hours import SPANS, write_sample_hours
from cloud.series.sampled import Sampled
from cloud.series.use import Use
from cloud.series_ports import SeriesBook
from cloud.settings import Settings
from contract.series import Measurement

ROLLUP_MS = 30_000
PERIODS_MS = {Measurement.HOURLY: ROLLUP_MS, Measurement.DAILY: 600_000}
COMPARE_MS = 300_000
SAMPLES_BACK = 3
"""Full hours before a start whose samples are looked at again."""


@dataclass(frozen=True)
class Sources:
    """What roll-ups are made of. `waiting`: messages not yet committed; `error` of the other thread."""

    settings: Settings
    ledger: Ledger
    stations: Stations
    workers: Workers
    book: SeriesBook
    sink: Sampled
    counters: Counters
    outgoing: Outgoing
    follower: Follower
    waiting: Callable[[], int]


class Rollup:
    """Call it every 30 s, `look` and `go_on` more often, all on one thread."""

    def __init__(self, sources: Sources) -> None:
        self._of = sources
        self._next_ms: dict[str, int] = {}
        self._moved: tuple[int, int] = (-1, 0)
        self._compared: dict[str, Value | None] = {}
        self._well = True
        self._begun = False
        offset_ms = sources.settings.utc_offset_min * 60_000
        self._uses = {one: Use(one, sources.ledger, sources.book, sources.sink, self.places, offset_ms) for one in SPANS}

    def __call__(self, now_ms: int, leads: bool) -> None:
        """Raises: SeriesDown, LedgerDown: what was not written is a gap; hours and days are made up for."""
        if not self._begun:
            self._note_last_hours(now_ms)
        at_ms, well = now_ms // ROLLUP_MS * ROLLUP_MS, self._well
        self._well = False
        points = [platform_point(self._of.settings.worker, self._platform(now_ms, leads, well), at_ms)]
        if leads:
            seen = [self._seen(row, now_ms) for row in self._of.stations.all()]
            points += [*fleet_points(seen, at_ms), *(presence_point(one, at_ms) for one in seen)]
        self._of.sink.write(points)
        self._well = True
        for measurement, use in self._uses.items():
            if not leads:
                use.let_go()
            elif self._due(measurement.value, now_ms, PERIODS_MS[measurement]):
                use.begin(now_ms)
        self._sample_hours(now_ms)

    def go_on(self, now_ms: int) -> bool:
        """With hours, then days, some at a time; whether there is more. Raises: SeriesDown, LedgerDown."""
        return any(use.step(now_ms) for use in self._uses.values())

    def look(self, now_ms: int) -> None:
        """Notice whether anything came in."""
        counters = self._of.counters
        total = counters.stored + counters.samples + counters.states
        if total != self._moved[0]:
            self._moved = (total, now_ms)

    def places(self) -> dict[str, Place]:
        """City and district of each station, as it last said."""
        return {row.station: (row.state.city, row.state.district) for row in self._of.stations.all() if row.state}

    def _seen(self, row: StationRow, now_ms: int) -> Seen:
        listening_ms = self._of.workers.listening_ms(row.station)
        late_ms = round(self._of.settings.late_s * 1000)
        seen = presence(row.heard, now_ms, now_ms if listening_ms is None else listening_ms, late_ms)
        return Seen(row.station, row.state, seen, max(0, now_ms - row.heard.heard_ms) / 1000)

    def _note_last_hours(self, now_ms: int) -> None:
        first = now_ms // HOUR_MS - SAMPLES_BACK
        hours = [number * HOUR_MS for number in range(first, first + SAMPLES_BACK + 1)]
        self._of.sink.note({(row.station, hour) for row in self._of.stations.all() for hour in hours})
        self._begun = True

    def _sample_hours(self, now_ms: int) -> None:
        ripe = self._of.sink.ripe(now_ms)
        done = False
        try:
            write_sample_hours(self._of.sink, ripe)
            done = True
        finally:
            if not done:
                self._of.sink.note(ripe)

    def _platform(self, now_ms: int, leads: bool, well: bool) -> Mapping[str, Value | None]:
        of, counters = self._of, self._of.counters
        if leads and self._due("compared", now_ms, COMPARE_MS):
            self._compared = self._compare(now_ms)
        return {
            "received": counters.received, "stored": counters.stored, "duplicates": counters.duplicates, "samples": counters.samples,
            "refused": sum(counters.refused.values()), "points": counters.points, "points_lost": counters.points_lost,
            "points_refused": sum(of.sink.refused.values()), "acks": counters.acks,
            "waiting": of.waiting(), "lag_ms": round(counters.lag_ms, 1), "quiet_s": max(0, now_ms - self._moved[1]) / 1000,
            "broker": int(of.outgoing.connected_ms is not None), "ledger": int(counters.ledger_error is None),
            "series": int(well and counters.series_error is None), "series_behind": of.follower.behind(), "facts_missing": of.ledger.missing(),
            "rss_mb": _rss_mb(), **(self._compared if leads else {}),
        }  # fmt: skip

    def _compare(self, now_ms: int) -> dict[str, Value | None]:
        """Facts of the last full hour in the ledger, as far as it was followed, and in the series store; neither when it moved meanwhile."""
        until_ms = now_ms // HOUR_MS * HOUR_MS
        since_ms = until_ms - HOUR_MS
        cursor = self._of.book.cursor(CURSOR) or 0
        in_ledger = self._of.book.total(since_ms, until_ms, cursor)
        found = self._of.sink.query("fact", {}, since_ms, until_ms, HOUR_MS, Fold.SUM)
        in_series = sum(value for one in found for value in one.columns.get("count", []) if isinstance(value, int | float))
        if cursor != self._of.book.cursor(CURSOR):
            return self._compared
        return {"ledger_facts": in_ledger, "series_facts": in_series}

    def _due(self, name: str, now_ms: int, period_ms: int) -> bool:
        """Whether it is time for it again; also after the clock was set back."""
        if 0 < self._next_ms.get(name, 0) - now_ms <= period_ms:
            return False
        self._next_ms[name] = now_ms + period_ms
        return True


def _rss_mb() -> float | None:
    try:
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    except (OSError, ValueError, IndexError):
        return None
    return round(pages * os.sysconf("SC_PAGE_SIZE") / 2**20, 1)
