"""Challenges that an order must echo: of this boot, drawn at random, good once and for 15 s of monotonic time, kept in memory only.

What was recorded opens nothing later: no restart gives a challenge back, and no clock that people can set is asked.
"""

from collections.abc import Iterator
from math import inf

from contract.orders import CHALLENGE_S, CHALLENGES

DRAWS, BITS = 8, 16
"""Draws of so many bits: 128 bits together."""


class Challenges:
    """Those that are open. `chance`: integers below 2**16 that nobody can foresee."""

    def __init__(self, boot: str, chance: Iterator[int]) -> None:
        self._boot, self._chance = boot, chance
        self._open: dict[str, float] = {}

    def issue(self, now: float) -> str:
        """A new one. Where too many are open the oldest is forgotten."""
        self._forget(now)
        while len(self._open) >= CHALLENGES:
            del self._open[next(iter(self._open))]
        drawn = "".join(f"{next(self._chance) % 2**BITS:04x}" for _ in range(DRAWS))
        self._open[f"{self._boot}-{drawn}"] = now + CHALLENGE_S
        return f"{self._boot}-{drawn}"

    def any_open(self, now: float) -> bool:
        """Whether an order could echo one."""
        self._forget(now)
        return bool(self._open)

    def take(self, challenge: str, now: float) -> bool:
        """Whether it was open. It is not any more."""
        self._forget(now)
        return self._open.pop(challenge, None) is not None

    def _forget(self, now: float) -> None:
        self._open = {challenge: until for challenge, until in self._open.items() if now <= until}


class Flood:
    """So many at once, and then `per_s` in a second: what a station looks at of something that anybody at the broker may send."""

    def __init__(self, most: int, per_s: float) -> None:
        self._most, self._per_s = most, per_s
        self._level, self._at = float(most), -inf

    def take(self, now: float) -> bool:
        """Whether one more is looked at."""
        self._level = min(self._most, self._level + self._per_s * max(0.0, now - self._at))
        self._at = now
        if self._level < 1:
            return False
        self._level -= 1
        return True
