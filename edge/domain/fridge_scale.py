"""One scale: what lies on its shelf at rest, and how many pieces went. In doubt it says so, and never more than is certain."""

from collections import deque
from math import floor, inf

from contract.fridge import ShelfConfig

READINGS = 3
"""In a row that must agree."""
NEWEST_S = 3.0
"""Older than this the newest reading is no reading of now."""
SILENT_S, RESTLESS_S = 10.0, 60.0
"""Without a reading, or with the cabinet shut without one that stays: lost."""


class Scale:
    """`rest`: g when the cabinet was last shut and nothing moved, None before."""

    def __init__(self, config: ShelfConfig) -> None:
        self.config = config
        self.rest: float | None = None
        self._recent: deque[tuple[float, float]] = deque(maxlen=READINGS)
        self._began: float | None = None
        self._rested_at = self._read_at = -inf
        self._lost = ""

    def read(self, grams: float, now: float) -> None:
        """It said this."""
        low, high = -self.config.most_g / 10, self.config.most_g
        self._lost = "" if low <= grams <= high else f"{grams:g} g: out of {low:g} to {high:g}"
        self._read_at = now
        if self._lost:
            self._recent.clear()
        else:
            self._recent.append((now, grams))

    def lost(self, reason: str) -> None:
        """It did not answer."""
        self._lost = reason or "does not answer"
        self._recent.clear()

    def steady(self, since: float, now: float) -> float | None:
        """g at rest, from readings after `since` alone; None where they do not agree or are too few."""
        if len(self._recent) < READINGS or self._recent[0][0] < since or self._recent[-1][0] < now - NEWEST_S:
            return None
        grams = sorted(one for _, one in self._recent)
        return grams[READINGS // 2] if grams[-1] - grams[0] <= self.config.tolerance_g / 2 else None

    def watch(self, shut_since: float | None, now: float) -> None:
        """`shut_since`: when the cabinet had been shut and come to rest, None while it is open or opening."""
        self._began = now if self._began is None else self._began
        if shut_since is None:
            self._rested_at = now
            return
        grams = self.steady(shut_since, now)
        if grams is not None:
            self.rest, self._rested_at = grams, now

    def disturbed(self) -> None:
        """The cabinet was opened: what lay there before is no measure of now."""
        self.rest = None

    def why(self, now: float) -> str:
        """What is wrong, '' for nothing; only after watch()."""
        began = self._began if self._began is not None else now
        if self._lost:
            return self._lost
        if now >= max(self._read_at, began) + SILENT_S:
            return f"silent for {SILENT_S:g} s"
        return f"did not come to rest for {RESTLESS_S:g} s" if now >= max(self._rested_at, began) + RESTLESS_S else ""

    def gone(self, before: float | None, after: float | None) -> tuple[int, bool]:
        """(pieces, whether that is certain); where it is not, the least that it can be. Nothing comes out below 0."""
        if before is None or after is None:
            return 0, False
        unit, tolerance, went = self.config.unit_g, self.config.tolerance_g, before - after
        count = round(went / unit)
        if abs(went - count * unit) <= tolerance:
            return max(0, count), count >= 0
        return max(0, floor((went + tolerance) / unit)), False
