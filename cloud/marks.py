"""Rollouts in the time series: a mark for each thing that happened, and how many stations are in which state. Never the record of it, only a picture."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from cloud.domain.rollout import Entry, Rollout
from cloud.domain.rollout_points import points
from cloud.errors import SeriesDown
from cloud.series_ports import Writes

log = logging.getLogger(__name__)


class Marks:
    """Call it with what happened. A store that is down misses the mark: the history has it."""

    def __init__(self, series: Writes) -> None:
        self._series = series

    def __call__(self, rollout: Rollout, entries: Sequence[Entry], now_ms: int) -> None:
        try:
            self._series.write(points(rollout, entries, now_ms))
        except SeriesDown as error:
            log.warning("rollout %s: not marked in the time series: %s", rollout.id, error)
