"""Which time-series store the settings ask for, and what writes to it. Wiring only."""

from __future__ import annotations

from collections.abc import Callable

from cloud.adapters.series_embedded import EmbeddedSeries
from cloud.adapters.series_lines import InfluxSeries, VictoriaSeries
from cloud.series import Rollup, SeriesSide
from cloud.series.rollup import Sources
from cloud.series_ports import SeriesSink
from cloud.settings import Settings


def open_series(settings: Settings) -> SeriesSink:
    """A server need not be there yet.

    Raises:
        SeriesDown, SettingsRefused: the file can not be opened, or the token not be read.
    """
    if settings.series == "embedded":
        return EmbeddedSeries(settings.data / "series.sqlite")
    kind = InfluxSeries if settings.series == "influxdb" else VictoriaSeries
    return kind(settings.series_url, settings.series_token(), settings.series_org, settings.series_bucket, settings.series_timeout_s)


def series_side(sources: Sources, clock_ms: Callable[[], int], crashed: Callable[[], None]) -> SeriesSide:
    """Threads that are not yet running."""
    return SeriesSide(sources.follower, Rollup(sources), sources.book, sources.settings.worker, clock_ms, crashed)
