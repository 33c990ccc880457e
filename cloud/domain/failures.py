"""Logins that failed, on their way into the audit: the first at once, more of them counted together, so that no flood fills it. Pure. Times are UTC ms."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass

from cloud.domain.accounts import spoken

EVERY_MS = 60_000
MOST_ADDRESSES = 1000


@dataclass(frozen=True)
class Failed:
    """For the audit."""

    target: str
    detail: str


class Failures:
    """Names that nobody has are only counted: now and then one is a password that went into the wrong field."""

    def __init__(self) -> None:
        self._names: Counter[str] = Counter()
        self._addresses: dict[str, None] = {}
        self._unknown = self._held = 0
        self._since_ms = self._told_ms = -EVERY_MS

    def add(self, name: str | None, address: str, now_ms: int, held: bool = False) -> None:
        """`name` None: nobody has it. `held`: it was not even tried, because of a pause."""
        if not self._any():
            self._since_ms = now_ms
        self._held += held
        self._unknown += not held and name is None
        if name is not None and not held:
            self._names[name] += 1
        if len(self._addresses) < MOST_ADDRESSES:
            self._addresses[address] = None

    def due(self, now_ms: int, at_once: bool = False) -> Failed | None:
        """What is to be told, once a minute at most unless `at_once`; it is forgotten here."""
        if not self._any() or (not at_once and now_ms - self._told_ms < EVERY_MS):
            return None
        said = {
            "wrong": self._names.total() + self._unknown, "names": dict(self._names.most_common(20)), "unknown_names": self._unknown,
            "held_back": self._held, "addresses": spoken(list(self._addresses)), "within_s": round((now_ms - self._since_ms) / 1000),
        }  # fmt: skip
        found = Failed(spoken(sorted(self._names)) or "-", json.dumps(said))
        self._names, self._addresses = Counter(), {}
        self._unknown = self._held = 0
        self._told_ms = now_ms
        return found

    def _any(self) -> bool:
        return bool(self._names or self._unknown or self._held)
