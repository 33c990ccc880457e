"""A set of whole numbers that lie in few runs: what was handed over, what the cloud has. Each question is one bisection."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator


class Ranges:
    """Inclusive ranges, ascending, none touching another."""

    def __init__(self) -> None:
        self._low: list[int] = []
        self._high: list[int] = []

    def __iter__(self) -> Iterator[tuple[int, int]]:
        return zip(self._low, self._high, strict=True)

    def add(self, low: int, high: int) -> None:
        """Nothing happens for high < low."""
        if high < low:
            return
        i, j = bisect_left(self._high, low - 1), bisect_right(self._low, high + 1)
        if i < j:
            low, high = min(low, self._low[i]), max(high, self._high[j - 1])
        self._low[i:j], self._high[i:j] = [low], [high]

    def remove(self, low: int, high: int) -> None:
        """Also where only a part of it is there."""
        i, j = bisect_left(self._high, low), bisect_right(self._low, high)
        if i >= j or high < low:
            return
        kept = [pair for pair in ((self._low[i], low - 1), (high + 1, self._high[j - 1])) if pair[0] <= pair[1]]
        self._low[i:j], self._high[i:j] = [pair[0] for pair in kept], [pair[1] for pair in kept]

    def has(self, number: int) -> bool:
        """Whether it is in."""
        i = bisect_left(self._high, number)
        return i < len(self._high) and self._low[i] <= number

    def next_free(self, number: int) -> int:
        """The smallest that is not in, from this one on."""
        i = bisect_left(self._high, number)
        return self._high[i] + 1 if i < len(self._high) and self._low[i] <= number else number

    def gaps(self, low: int, high: int) -> list[tuple[int, int]]:
        """What of low..high is not in, as ranges."""
        found = []
        while (low := self.next_free(low)) <= high:
            i = bisect_left(self._low, low)
            end = min(high, self._low[i] - 1) if i < len(self._low) else high
            found.append((low, end))
            low = end + 1
        return found
