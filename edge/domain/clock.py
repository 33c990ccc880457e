"""How far wall time may be trusted, when it jumped, and which quota day it is. Decisions run on monotonic seconds, never on this."""

from datetime import UTC, datetime, timedelta

from contract.envelope import ClockState
from contract.facts import ClockChanged
from edge.domain.messages import Effects, WallClockRead

JUMP_S = 2.0
"""A larger step of wall against monotonic time is a jump; a synchronised clock slews below 0.5 ms a second."""
EARLIEST_YEAR = 2025
"""Before this software was made no clock can be right: a board without a battery starts in 1970."""


class WallClock:
    """Follows wall time. Begins unsure."""

    def __init__(self, utc_offset_min: int) -> None:
        self._east = timedelta(minutes=utc_offset_min)
        self._offset: float | None = None
        self.state = ClockState.UNSURE

    def read(self, reading: WallClockRead, now: float) -> Effects:
        """A fact when trust changes or when time jumped."""
        offset = reading.at.timestamp() - now
        moved = 0.0 if self._offset is None else offset - self._offset
        state = ClockState.TRUSTED if reading.synchronised and reading.at.year >= EARLIEST_YEAR else ClockState.UNSURE
        changed = state is not self.state or abs(moved) > JUMP_S
        self._offset, self.state = offset, state
        trusted = state is ClockState.TRUSTED
        return Effects(facts=[ClockChanged(trusted=trusted, moved_s=round(moved, 3))] if changed else [])

    def at(self, now: float) -> datetime:
        """UTC at a monotonic time, as far as the last reading knows; 1970 before the first."""
        return datetime.fromtimestamp((self._offset or 0.0) + now, UTC)

    def day(self, now: float) -> str | None:
        """ISO date of the quota day, None while time is not trusted."""
        if self.state is not ClockState.TRUSTED:
            return None
        return (self.at(now) + self._east).date().isoformat()

    def hour(self, now: float) -> int | None:
        """Hour of the day at the station, 0..23; None while time is not trusted."""
        return (self.at(now) + self._east).hour if self.state is ClockState.TRUSTED else None
