"""At most six remote unlocks in any hour, whoever signs them: one stolen key opens a door six times an hour and not for a night.

Counted is the time that the station runs, never the wall clock: what was stored goes on where it stood, as if the station had been off
for no time. So no restart and no clock gives more; after a long power cut it may give less for an hour.
"""

from collections.abc import Sequence
from math import inf

from contract.orders import UNLOCKS_PER_HOUR
from edge.domain.order_records import KeepUnlocks

HOUR_S = 3600.0
MARK_S = 300.0
"""So often the ages are stored while they count, so that a station that starts again and again still forgets them."""


class Unlocks:
    """Those of the last hour. `ages_s`: as the ledger knows them, oldest first."""

    def __init__(self, ages_s: Sequence[int] = ()) -> None:
        self._stored = tuple(ages_s)
        self._at: list[float] = []
        self._mark_at = inf
        self._unrecorded = False

    def start(self, now: float) -> None:
        """The clock of this boot begins to count."""
        self._at = [now - age for age in self._stored]
        self._mark_at = now + MARK_S if self._at else inf

    def next_at(self, now: float) -> float:
        """When the next one is possible; `now` when it is."""
        self._forget(now)
        return now if len(self._at) < UNLOCKS_PER_HOUR else self._at[-UNLOCKS_PER_HOUR] + HOUR_S

    def add(self, now: float) -> KeepUnlocks:
        """One more; asked for only when it is possible."""
        self._at.append(now)
        self._unrecorded = True
        return self._kept(now)

    def tick(self, now: float) -> list[KeepUnlocks]:
        """The ages, when they are to be stored again."""
        return [self._kept(now)] if now >= self._mark_at else []

    def deadline(self) -> float:
        """When tick has something to do; inf for never."""
        return self._mark_at

    def recorded(self) -> None:
        """It is on disk."""
        self._unrecorded = False

    def revoke(self) -> None:
        """It could not be written: nothing was unlocked."""
        if self._unrecorded:
            self._at.pop()
            self._unrecorded = False

    def _kept(self, now: float) -> KeepUnlocks:
        self._forget(now)
        self._mark_at = now + MARK_S if self._at else inf
        return KeepUnlocks(tuple(int(now - at) for at in self._at))

    def _forget(self, now: float) -> None:
        self._at = [at for at in self._at if now < at + HOUR_S]
