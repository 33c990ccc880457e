"""The threads of the time-series side: one follows the ledger, one makes roll-ups. Of several processes on one database one follows."""

from __future__ import annotations

from collections.abc import Callable

from cloud.series.chore import Chore
from cloud.series.follower import Follower
from cloud.series.rollup import ROLLUP_MS, Rollup
from cloud.series_ports import SeriesBook

FOLLOW_S, LOOK_S = 1.0, 2.0
HOLDER, HELD_MS, RENEW_MS = "series", 30_000, 10_000
"""Whoever follows says so every 10 s; another takes over 30 s after the last word."""


class SeriesSide:
    """See `cloud.series_ports.SeriesState`. `me` names this process among those on the same database."""

    def __init__(
        self, follower: Follower, rollup: Rollup, book: SeriesBook, me: str, clock_ms: Callable[[], int], crashed: Callable[[], None]
    ) -> None:
        self._follower, self._rollup, self._book, self._me, self._clock_ms = follower, rollup, book, me, clock_ms
        self._asked_ms, self._next_ms, self._leading = 0, 0, False
        self._chores = [Chore("series follower", self.follow, FOLLOW_S, crashed), Chore("series roll-ups", self.roll, LOOK_S, crashed)]

    @property
    def error(self) -> str | None:
        """Why one of the threads can not go on; None while both can."""
        return next((chore.error for chore in self._chores if chore.error), None)

    def behind(self) -> int:
        """Facts in the ledger that have no points yet. Raises: LedgerDown."""
        return self._follower.behind()

    def start(self) -> None:
        """Once."""
        for chore in self._chores:
            chore.start()

    def stop(self) -> None:
        """Safe without start."""
        for chore in self._chores:
            chore.stop()

    def follow(self) -> bool:
        """One batch of the ledger; whether there may be more. For one thread. Raises: SeriesDown, LedgerDown."""
        if self._leads():
            return self._follower()
        self._follower.let_go()
        return False

    def _leads(self) -> bool:
        """Whether this process looks after what only one may."""
        now_ms = self._clock_ms()
        if not 0 <= now_ms - self._asked_ms < RENEW_MS:
            self._leading = self._book.hold(HOLDER, self._me, now_ms, now_ms + HELD_MS)
            self._asked_ms = now_ms
        return self._leading

    def roll(self) -> bool:
        """Roll-ups, when it is time for them; whether there is more. For one thread. Raises: SeriesDown, LedgerDown."""
        now_ms = self._clock_ms()
        self._rollup.look(now_ms)
        if not 0 < self._next_ms - now_ms <= ROLLUP_MS:  # due, or the clock was set
            self._next_ms = now_ms // ROLLUP_MS * ROLLUP_MS + ROLLUP_MS
            self._rollup(now_ms, self._leading)
        return self._rollup.go_on(now_ms)
