"""The child lock of hot water: a second, deliberate step before the portion is chosen. The page makes it one: press and hold."""

from math import inf

from edge.domain.visits import Visits

UNLOCKED_S = 10.0
"""So long after it hot water may be asked for, once, by the same visitor."""


class HotLock:
    """Of all hot taps."""

    def __init__(self, visits: Visits) -> None:
        self._visits = visits
        self._unlocked: dict[str, tuple[str, float]] = {}

    def unlock(self, tap: str, now: float) -> None:
        """By whoever is at the screen now; nothing happens for nobody."""
        if self._visits.current:
            self._unlocked = {tap: (self._visits.current.visit, now + UNLOCKED_S)}
            self._visits.touched(now)

    def until(self, tap: str, now: float) -> float | None:
        """Monotonic seconds until which the visitor at the screen may ask; None: locked."""
        visit, (whose, until) = self._visits.current, self._unlocked.get(tap, ("", -inf))
        return until if visit and visit.visit == whose and now <= until else None

    def used(self, tap: str) -> None:
        """Locked again."""
        self._unlocked.pop(tap, None)
