"""Whether a time that a station gives can be: not before there were stations, not later than a day after its message arrived."""

from __future__ import annotations

EARLIEST_MS = 1_735_689_600_000
"""2025-01-01: clocks without a battery begin in 1970 or at the date of their software."""
AHEAD_MS = 86_400_000


def plausible(at_ms: int, arrived_ms: int) -> bool:
    """Whether it may be drawn where it says, ms UTC; a fact of which this is not so stands where it arrived."""
    return EARLIEST_MS <= at_ms <= arrived_ms + AHEAD_MS
