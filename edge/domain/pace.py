"""How fast a backlog may go out: a bucket of tokens that fills with monotonic time. Pure."""

from math import inf

TURN_S = 0.05
"""What comes in this time is sent together: a step of the loop for each single row would cost more than the row."""


class Pace:
    """At most `per_s` in a second, at once at most what a quarter of a second brings."""

    def __init__(self, per_s: float) -> None:
        self._per_s, self._most = per_s, max(1.0, per_s / 4)
        self._level, self._at = self._most, -inf

    def may(self, now: float) -> int:
        """How many may go now."""
        self._level = min(self._most, self._level + self._per_s * max(0.0, now - self._at))
        self._at = now
        return int(self._level + 1e-9)

    def went(self) -> None:
        """One went."""
        self._level -= 1

    def ready_at(self) -> float:
        """When it is worth asking again, after may()."""
        wanted = min(self._most, max(1.0, self._per_s * TURN_S))
        return self._at + max(wanted - self._level, 0.0) / self._per_s + 1e-6
