"""How many presses a second get through. Called on one thread only."""

from collections import deque
from collections.abc import Callable


class Pace:
    """At most `per_s` in any second. `clock` gives monotonic seconds."""

    def __init__(self, per_s: int, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._passed: deque[float] = deque(maxlen=per_s)

    def allows(self) -> bool:
        """True counts as one that got through."""
        now = self._clock()
        if len(self._passed) == self._passed.maxlen and now - self._passed[0] < 1:
            return False
        self._passed.append(now)
        return True
