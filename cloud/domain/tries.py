"""How often something may be tried: so many times by each name within a sliding time. Pure; whoever calls it keeps others out meanwhile."""

from __future__ import annotations

from collections import deque

MOST_NAMES = 20_000


class Tries:
    """Tries of the last `window_ms` by name. When there are too many names, new ones wait: nothing is forgotten early."""

    def __init__(self, most: int, window_ms: int, most_names: int = MOST_NAMES) -> None:
        self._most, self._window_ms, self._most_names = most, window_ms, most_names
        self._tries: dict[str, deque[int]] = {}

    def wait_ms(self, name: str, now_ms: int) -> int:
        """Until this name may try again; 0 for now."""
        tried = self._lately(name, now_ms)
        if tried is None:
            return 0 if self._has_room(now_ms) else self._window_ms
        return 0 if len(tried) < self._most else max(1, tried[-self._most] + self._window_ms - now_ms)

    def add(self, name: str, now_ms: int) -> None:
        """One try, whatever comes of it."""
        self._tries.setdefault(name, deque()).append(now_ms)

    def take_back(self, name: str) -> None:
        """The last try was no wrong one."""
        tried = self._tries.get(name)
        if tried:
            tried.pop()

    def clear(self, name: str) -> None:
        """Start again."""
        self._tries.pop(name, None)

    def _lately(self, name: str, now_ms: int) -> deque[int] | None:
        tried = self._tries.get(name)
        while tried and tried[0] <= now_ms - self._window_ms:
            tried.popleft()
        if not tried:
            self._tries.pop(name, None)
            return None
        return tried

    def _has_room(self, now_ms: int) -> bool:
        if len(self._tries) >= self._most_names:
            for name in list(self._tries):
                self._lately(name, now_ms)
        return len(self._tries) < self._most_names
