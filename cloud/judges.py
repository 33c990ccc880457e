"""Asks the ledger how a wave serves people, and says what that means (cloud/domain/judging.py)."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

from cloud.adapters.db.service import SqlService
from cloud.domain.judging import Counts, Verdict, judge
from cloud.domain.rollout import LIVE, Rollout
from cloud.domain.seats import SeatState

EVERY_MS = 5_000
DAY_MS = 86_400_000
DAYS_BEFORE = 7
KEPT_MS = 60_000
LONGEST_MS = 6 * 3_600_000
"""Service is judged by the last six hours at most."""


MOST = 300
"""Stations of a group that a wave is compared with. More make the answer no surer, and whoever presses "pause" waits for it: on a busy
machine 1,900 stations of six hours took 8 s, of which 5 s are between two looks."""


def some(stations: Sequence[str]) -> list[str]:
    """At most MOST of them, spread over all names, the same each time."""
    return sorted(stations)[:: max(1, ceil(len(stations) / MOST))]


class Judge:
    """For one thread."""

    def __init__(self, service: SqlService) -> None:
        self._service = service
        self._asked_ms: dict[str, int] = {}
        self._before: dict[tuple[str, int], tuple[int, Counts]] = {}

    def verdict(self, rollout: Rollout, now_ms: int) -> Verdict | None:
        """On the current wave, when it is time to ask. Raises: LedgerDown."""
        if rollout.state not in LIVE or not rollout.options.judge or 0 <= now_ms - self._asked_ms.get(rollout.id, now_ms + 1) < EVERY_MS:
            return None
        began = [one.touched_ms for one in rollout.of_wave(rollout.wave) if one.touched_ms is not None]
        if not began:
            return None
        self._asked_ms[rollout.id] = now_ms
        since_ms = max(min(began), now_ms - LONGEST_MS)
        others = some([one.station for one in rollout.seats.values() if one.state is SeatState.PENDING])
        wave = self._service.of_wave(rollout.id, rollout.wave, now_ms)
        return judge(wave, self._days_before(rollout, since_ms, now_ms), self._service.of(others, [(since_ms, now_ms)]))

    def _days_before(self, rollout: Rollout, since_ms: int, now_ms: int) -> Counts:
        """Of the wave's stations in the same hours; looked up once a minute."""
        key = rollout.id, rollout.wave
        known = self._before.get(key)
        if known and 0 <= now_ms - known[0] < KEPT_MS:
            return known[1]
        until_ms = max(now_ms, since_ms + round(rollout.options.soak_s * 1000))
        spans = [(since_ms - day * DAY_MS, until_ms - day * DAY_MS) for day in range(1, DAYS_BEFORE + 1)]
        found = self._service.of(some([one.station for one in rollout.of_wave(rollout.wave)]), spans)
        self._before = {key: (now_ms, found)}
        return found
