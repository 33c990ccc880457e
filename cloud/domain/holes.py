"""When to ask a station to send again: something is missing below what is here, the hole does not close, and the station is there.

A backlog that drains closes its hole from below, slowly; that is no reason to ask. Pure: whoever calls it gives the time.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from cloud.domain.progress import Lane

STILL_S = 60.0
"""A hole whose lower edge has not moved for so long does not close by itself."""
AGAIN_S = (120.0, 3600.0)
"""Between two asks of one station at least the first; each that helped nothing doubles it, up to the second."""


@dataclass(frozen=True)
class Hole:
    """Of one outbox everything up to `upto` is here, the next seq is not, and something beyond it is."""

    station: str
    epoch: str
    lane: Lane
    upto: int


@dataclass(frozen=True)
class _Asked:
    at_s: float
    pause_s: float


class Holes:
    """Remembers since when holes stand still and who was asked when. One thread."""

    def __init__(self, still_s: float = STILL_S) -> None:
        self._still_s = still_s
        self._since: dict[Hole, float] = {}
        self._asked: dict[str, _Asked] = {}

    def __len__(self) -> int:
        return len(self._since)

    def due(self, found: Iterable[Hole], here: Collection[str], now_s: float) -> list[str]:
        """Stations to ask now, of those that are `here`. `found`: every hole there is at this moment."""
        self._since = {hole: self._since.get(hole, now_s) for hole in found}
        troubled = {hole.station for hole in self._since}
        self._asked = {name: one for name, one in self._asked.items() if name in troubled or now_s - one.at_s < one.pause_s}
        still = {hole.station for hole, since_s in self._since.items() if now_s - since_s >= self._still_s}
        asking = sorted(name for name in still if name in here and self._may(name, now_s))
        for name in asking:
            known = self._asked.get(name)
            self._asked[name] = _Asked(now_s, AGAIN_S[0] if known is None else min(2 * known.pause_s, AGAIN_S[1]))
        return asking

    def _may(self, station: str, now_s: float) -> bool:
        known = self._asked.get(station)
        return known is None or now_s - known.at_s >= known.pause_s
