"""Pauses that grow with each wrong try by one name. Pure; whoever calls it keeps others out meanwhile. Times are ms."""

from __future__ import annotations

from dataclasses import dataclass

MOST_NAMES = 20_000


@dataclass(frozen=True)
class Growth:
    """`free` wrong tries without a pause, then `first_ms`, twice as long each time, `most_ms` at most; forgotten after `forget_ms` without a try."""

    free: int
    first_ms: int
    most_ms: int
    forget_ms: int


@dataclass(frozen=True)
class _Tried:
    wrong: int
    last_ms: int
    until_ms: int


class Pauses:
    """By name. When there are too many names, new ones wait: nothing is forgotten early, so that a flood of names frees none."""

    def __init__(self, growth: Growth, most_names: int = MOST_NAMES) -> None:
        self._growth, self._most_names = growth, most_names
        self._tried: dict[str, _Tried] = {}

    def wait_ms(self, name: str, now_ms: int) -> int:
        """Until this name may try; 0 for now."""
        known = self._tried.get(name)
        if known is None:
            return 0 if len(self._tried) < self._most_names or self._swept(now_ms) else self._growth.first_ms
        return max(0, known.until_ms - now_ms)

    def add(self, name: str, now_ms: int) -> None:
        """One try. It counts as wrong until it is taken back, so that many at once do not slip through."""
        known = self._tried.get(name)
        wrong = 1 if known is None or now_ms - known.last_ms >= self._growth.forget_ms else known.wrong + 1
        beyond = wrong - self._growth.free
        pause = 0 if beyond < 0 else min(self._growth.most_ms, self._growth.first_ms << min(beyond, 30))
        self._tried[name] = _Tried(wrong, now_ms, now_ms + pause)

    def take_back(self, name: str) -> None:
        """The last try was a right one: it does not count. What went wrong before stays."""
        known = self._tried.get(name)
        if known is not None and known.wrong > 1:
            self._tried[name] = _Tried(known.wrong - 1, known.last_ms, 0)
        else:
            self.clear(name)

    def clear(self, name: str) -> None:
        """Start again."""
        self._tried.pop(name, None)

    def _swept(self, now_ms: int) -> bool:
        """Whether there is room after forgetting who did not try for long."""
        for name in [name for name, one in self._tried.items() if now_ms - one.last_ms >= self._growth.forget_ms]:
            del self._tried[name]
        return len(self._tried) < self._most_names
