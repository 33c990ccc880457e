"""Which ingest processes are there, which shards each takes in, and since when each hears its broker.

A thread of its own says every five seconds that this process is there. It also notices when the computer's clock was set: stations
are not late because of that.
"""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace

from cloud.errors import LedgerDown
from cloud.ingest import Counters
from cloud.ports import Outgoing, WorkerRow, WorkerTable
from cloud.settings import Settings, owned
from contract.topics import SHARDS, shard

log = logging.getLogger(__name__)

BEAT_S = 5.0
GONE_MS = 16_000
"""Who has not said for so long that it is there, is not: three beats."""
JUMP_MS = 30_000
MAIN = "cloud"
TOLD = (
    "received", "stored", "duplicates", "samples", "states", "ignored", "acks", "acks_dropped", "points", "points_lost", "batches",
    "retries", "rebirths", "forgotten",
)  # fmt: skip


class WorkersHere:
    """See `cloud.ports.Workers`. Any thread may ask."""

    def __init__(
        self, settings: Settings, table: WorkerTable, outgoing: Outgoing, counters: Counters, clock_ms: Callable[[], int],
        monotonic_s: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        self._table, self._outgoing, self._counters = table, outgoing, counters
        self._clock_ms, self._monotonic_s = clock_ms, monotonic_s
        self._owned = settings.owned
        self._mine = WorkerRow(settings.worker, secrets.token_hex(4), settings.shards or "none", clock_ms(), clock_ms(), None, {})
        self._others: tuple[WorkerRow, ...] = ()
        self._beaten = False
        self._twin = False
        self._looked = clock_ms(), monotonic_s()
        self._set: tuple[int | None, int] | None = None
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="workers", daemon=True)

    def live(self) -> list[WorkerRow]:
        """This process as it is now, and the others as they last said, by name."""
        now_ms = self._clock_ms()
        others = [row for row in self._others if abs(now_ms - row.beat_ms) <= GONE_MS]
        return sorted([self._now(), *others], key=lambda row: row.worker)

    def unserved(self) -> frozenset[int]:
        """Shards that nobody takes in."""
        return frozenset(range(SHARDS)) - frozenset(self._served())

    def warnings(self) -> list[str]:
        """shards_served_twice: more work and no harm; worker_twice: two processes under one name cut each other off;
        roster_untold: nobody is called cloud, who tells stations who may come in."""
        signs = {
            "shards_served_twice": any(count > 1 for count in self._served().values()),
            "worker_twice": self._twin,
            "roster_untold": all(row.worker != MAIN for row in self.live()),
        }
        return [name for name, true in signs.items() if true]

    def listening_ms(self, station: str) -> int | None:
        """Since when somebody hears it; where the clock was set meanwhile, since then."""
        mine = shard(station)
        if mine in self._owned:
            connected_ms = self._outgoing.connected_ms
            was_set = self._set is not None and self._set[0] == connected_ms
            return self._set[1] if connected_ms is not None and was_set and self._set else connected_ms
        heard = [row.connected_ms for row in self.live() if row.connected_ms is not None and mine in _owned(row)]
        return min(heard, default=None)

    def start(self) -> None:
        """Say it at once, then again and again."""
        self.beat()
        self._thread.start()

    def stop(self, timeout_s: float = 1.0) -> None:
        """Take the name out of the table, so that nobody waits for this process."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(timeout_s)
        try:
            self._table.leave(self._mine.worker, self._mine.instance)
        except LedgerDown as error:
            log.warning("workers: %s", error)

    def beat(self) -> None:
        """Say that this process is there and look who else is. A database that is down is the ingest's to tell."""
        self._look_at_the_clock()
        try:
            rows = self._table.all()
            self._twin = self._beaten and any(self._is_my_name(row) for row in rows)
            self._table.beat(self._now())
        except LedgerDown:
            return
        self._beaten = True
        self._others = tuple(row for row in rows if row.worker != self._mine.worker)

    def _run(self) -> None:
        while not self._stopping.wait(BEAT_S):
            self.beat()

    def _now(self) -> WorkerRow:
        told = {name: int(getattr(self._counters, name)) for name in TOLD}
        return replace(self._mine, beat_ms=self._clock_ms(), connected_ms=self._outgoing.connected_ms, counters=told)

    def _is_my_name(self, row: WorkerRow) -> bool:
        return row.worker == self._mine.worker and row.instance != self._mine.instance

    def _served(self) -> Counter[int]:
        return Counter(one for row in self.live() for one in _owned(row))

    def _look_at_the_clock(self) -> None:
        before_ms, before_s = self._looked
        self._looked = now_ms, now_s = self._clock_ms(), self._monotonic_s()
        if abs((now_ms - before_ms) - (now_s - before_s) * 1000) > JUMP_MS:
            log.warning("the clock of this computer was set by %+d s", round((now_ms - before_ms) / 1000 - (now_s - before_s)))
            self._set = self._outgoing.connected_ms, now_ms


def _owned(row: WorkerRow) -> Iterable[int]:
    try:
        return owned(row.shards)
    except ValueError:
        return ()
