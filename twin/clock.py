"""A clock that a scenario moves."""

from datetime import UTC, datetime, timedelta

from edge.domain.messages import WallClockRead

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
"""Where scenarios begin: noon in UTC+8, on a Monday."""


class TwinClock:
    """Monotonic seconds that only `move` changes; wall time beside it, which may be wrong."""

    def __init__(self, at: datetime = NOON, *, synchronised: bool = True) -> None:
        self._now, self._start, self.synchronised = 1000.0, at, synchronised
        self._began = self._now

    def monotonic(self) -> float:
        """Seconds."""
        return self._now

    def wall(self) -> WallClockRead:
        """UTC as this board believes it."""
        return WallClockRead(self._start + timedelta(seconds=self._now - self._began), self.synchronised)

    def move(self, seconds: float) -> None:
        """Let time pass."""
        self._now += seconds

    def set_wall(self, at: datetime) -> None:
        """Somebody, or a server, sets the wall clock; monotonic time goes on."""
        self._start, self._began = at, self._now
