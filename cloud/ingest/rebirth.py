"""Asks stations to say everything again where something of theirs is missing and does not come by itself."""

from __future__ import annotations

import time
from collections.abc import Callable

from cloud.domain.holes import Hole, Holes
from cloud.domain.progress import Lane
from cloud.ingest.counters import Counters
from cloud.ports import Ledger, Outgoing, Stations
from contract.commands import Rebirth
from contract.state import Link
from contract.topics import Leaf, topic


class Rebirths:
    """Call it every few seconds, on one thread. `mine`: whether this process takes in what a station sends."""

    def __init__(
        self, ledger: Ledger, stations: Stations, outgoing: Outgoing, mine: Callable[[str], bool], clock_ms: Callable[[], int],
        counters: Counters, late_ms: int, monotonic_s: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        self._ledger, self._stations, self._outgoing, self._mine = ledger, stations, outgoing, mine
        self._clock_ms, self._counters, self._late_ms, self._monotonic_s = clock_ms, counters, late_ms, monotonic_s
        self._holes = Holes()

    def __call__(self) -> None:
        """Raises: LedgerDown."""
        found = [hole for hole in self._ledger.holes() if self._mine(hole.station)]
        found += [Hole(name, "", Lane.FACTS, 0) for name in self._stations.stateless() if self._mine(name)]
        here = {name for name in {hole.station for hole in found} if self._is_here(name)}
        for station in self._holes.due(found, here, self._monotonic_s()):
            command = Rebirth(id=f"rebirth-{self._clock_ms()}").model_dump_json().encode()
            traffic = Leaf.CMD.traffic
            self._counters.rebirths += self._outgoing.publish(topic(station, Leaf.CMD), command, traffic.qos, traffic.retain)

    def _is_here(self, name: str) -> bool:
        row = self._stations.one(name)
        if row is None or row.heard.link in (Link.LOST, Link.STOPPED):
            return False
        return self._clock_ms() - row.heard.heard_ms < self._late_ms
