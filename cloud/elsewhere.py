"""What other processes stored: told to those who follow the stream here; and stations that were never there before.

Only where this process does not take in every shard. Facts are read from the ledger in the order of their ids, up to the one below
which none can appear any more (`Ledger.safe_id`), so that a follower misses none and gets none twice.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable

from cloud.errors import LedgerDown
from cloud.ports import FactQuery, FactRow, Ledger, Listener, StationRow, Stations

log = logging.getLogger(__name__)

EVERY_S = 0.5
AT_ONCE = 1000


class Elsewhere:
    """`newcomers` is told of stations that were not there before."""

    def __init__(
        self, ledger: Ledger, stations: Stations, listener: Listener, newcomers: Callable[[Iterable[str]], None]
    ) -> None:
        self._ledger, self._stations, self._listener, self._newcomers = ledger, stations, listener, newcomers
        self._cursor: int | None = None
        self._versions: dict[str, int] | None = None
        self._nudged = threading.Event()
        self._stopping = False
        self._down = False
        self._thread = threading.Thread(target=self._run, name="elsewhere", daemon=True)

    def __call__(self, facts: Iterable[FactRow], stations: Iterable[StationRow]) -> None:
        """As a listener of the ingest: look at once. What was stored here is read from the ledger like everything else."""
        self._nudged.set()

    def start(self) -> None:
        """From what is stored now."""
        self._thread.start()

    def stop(self, timeout_s: float = 1.0) -> None:
        """Look no more."""
        self._stopping = True
        self._nudged.set()
        if self._thread.is_alive():
            self._thread.join(timeout_s)

    def look(self) -> None:
        """Once. Raises: LedgerDown."""
        facts, changed = self._facts(), self._changed()
        if facts or changed:
            self._listener(facts, changed)

    def _run(self) -> None:
        while not self._stopping:
            try:
                self.look()
            except LedgerDown as error:
                if not self._down:
                    log.warning("ledger: %s; the stream stands still", error)
                self._down = True
            else:
                self._down = False
            self._nudged.wait(EVERY_S)
            self._nudged.clear()

    def _facts(self) -> list[FactRow]:
        safe = self._ledger.safe_id()
        if self._cursor is None:
            self._cursor = safe
        if safe <= self._cursor:
            return []
        rows = self._ledger.facts(FactQuery(after=self._cursor, order="oldest", limit=AT_ONCE))
        rows = [row for row in rows if row.id <= safe]
        self._cursor = rows[-1].id if len(rows) == AT_ONCE else safe
        return rows

    def _changed(self) -> list[StationRow]:
        versions = self._stations.versions()
        before, self._versions = self._versions, versions
        if before is None:
            return []
        if newcomers := versions.keys() - before.keys():
            self._newcomers(newcomers)
        changed = [name for name, version in versions.items() if before.get(name) != version]
        return self._stations.some(changed) if changed else []
