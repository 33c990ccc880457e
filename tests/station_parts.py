"""A whole deciding station without threads and without lines: the real core, loop and ledger; what surrounds them fits the ports.

`Held` is the station with what it drives. The ledger can be told to fail; what the core brought about is written down beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import repeat
from pathlib import Path
from typing import cast

from contract.config import StationConfig
from contract.facts import Fact
from contract.roster import code_digest
from edge.adapters.store import SqliteLedger, SqliteSamples
from edge.adapters.store.database import Opener, on_disk
from edge.domain.core import Core
from edge.domain.messages import AckReceived, CodeDigested, DigestCode, Effects, Input, LinkChanged
from edge.domain.records import Record
from edge.domain.restored import Restored
from edge.errors import StoreFailed
from edge.ports import Row, Stamp
from edge.station import Inbox, Station, Surroundings
from twin.clock import TwinClock
from twin.surroundings import TwinCloud


class FailingLedger:
    """A real ledger that can be told to refuse, as a full disk does: nothing of a refused transaction is written."""

    def __init__(self, real: SqliteLedger) -> None:
        self._real, self.fails = real, False
        self.committed: list[Fact] = []
        self.written: list[Row] = []

    def load(self) -> Restored:
        return self._real.load()

    def commit(self, facts: Sequence[Fact], records: Sequence[Record], stamp: Stamp) -> list[Row]:
        if self.fails:
            raise StoreFailed("ledger: the disk of this test is full", True)
        rows = self._real.commit(facts, records, stamp)
        self.committed += facts
        self.written += rows
        return rows

    def rows(self, after: int, count: int) -> list[Row]:
        if self.fails:
            raise StoreFailed("ledger: the disk of this test can not be read", True)
        return self._real.rows(after, count)

    def restamp(self, ranges: Sequence[tuple[int, int]], offset_ms: int) -> None:
        if self.fails:
            raise StoreFailed("ledger: the disk of this test is full", True)
        self._real.restamp(ranges, offset_ms)

    def used_bytes(self) -> int:
        return self._real.used_bytes()

    def forget(self, upto: int) -> None:
        self._real.forget(upto)

    def tidy(self) -> bool:
        return self.fails or self._real.tidy()

    def close(self) -> None:
        self._real.close()


class WatchedCore(Core):
    """Writes down every fact that it brings about, in order."""

    made: list[Fact]

    def start(self, now: float) -> Effects:
        effects = super().start(now)
        self.made = effects.facts + getattr(self, "made", [])
        return effects

    def handle(self, heard: Input, now: float) -> Effects:
        self.made = getattr(self, "made", [])
        return self._note(super().handle(heard, now))

    def tick(self, now: float) -> Effects:
        return self._note(super().tick(now))

    def _note(self, effects: Effects) -> Effects:
        self.made += effects.facts
        return effects


class Lines:
    """Outputs as they are now."""

    def __init__(self) -> None:
        self.on: dict[str, float] = {}

    def set(self, output: str, on: bool, now: float) -> None:
        if on:
            self.on[output] = now
        else:
            self.on.pop(output, None)

    def blink(self, seconds: float) -> None:
        """Nothing to see."""


class NearDigests:
    """Computes at once what was asked once, for few people."""

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox
        self._known: dict[tuple[str, str, str], str] = {}

    def submit(self, asked: DigestCode) -> None:
        key = (asked.salt, asked.number, asked.pin)
        digest = self._known.setdefault(key, code_digest(*key))
        self._inbox.put(CodeDigested(asked.number, digest, asked.source, asked.typed_at))


class Heart:
    def beat(self) -> None:
        """Nobody listens."""


class Held:
    """One station on one thread. `again` starts it anew on the same disk, as after a kill."""

    def __init__(self, config: StationConfig, folder: Path, opener: Opener = on_disk) -> None:
        self.config, self.folder, self.opener = config, folder, opener
        self.clock, self.cloud = TwinClock(), TwinCloud()
        self.digests: NearDigests | None = None
        self.start()

    def start(self) -> None:
        self.ledger = FailingLedger(SqliteLedger(self.folder, self.config.station, self.opener))
        self.samples = SqliteSamples(self.folder, self.config.station, self.opener)
        first, last = self.samples.range()
        restored = replace(
            self.ledger.load(), samples_epoch=self.samples.epoch, samples_first=first, samples_last=last
        )
        self.boots = getattr(self, "boots", 0) + 1
        self.core = WatchedCore(self.config, restored, f"{self.boots:08x}", "0", "0" * 64, repeat(0))
        self.lines, self.inbox = Lines(), Inbox()
        self.digests = NearDigests(self.inbox)
        self.cloud.joined(self.inbox.put)
        around = Surroundings(
            self.clock, self.lines, self.ledger, self.samples, self.cloud, self.digests, Heart()
        )
        self.station = Station(self.core, around, self.inbox)
        self.station.start()

    def again(self) -> None:
        """The agent dies without a word; its lines fall, and another begins."""
        self.close()
        self.cloud.connected = False
        self.start()

    def close(self) -> None:
        self.ledger.close()
        self.samples.close()

    def hear(self, *heard: Input) -> None:
        """Each in a step of its own."""
        for each in heard:
            self.inbox.put(each)
        self.station.drain()

    def wait(self, seconds: float) -> None:
        """Awake at every deadline, as the loop is."""
        until, steps = self.clock.monotonic() + seconds, 0
        while self.clock.monotonic() < until:
            steps += 1
            assert steps < 500 + 20 * seconds, "the loop spins: a deadline lies in the past and nobody does what is due"
            due = min(max(self.station.deadline(), self.clock.monotonic() + 0.001), until)
            self.clock.move(due - self.clock.monotonic())
            self.station.drain()

    def connect(self, connected: bool) -> None:
        """The line to the cloud comes or goes."""
        self.cloud.connected = connected
        self.hear(LinkChanged(connected, "test"))

    @property
    def unsaved(self) -> int:
        """Transactions that wait for the disk."""
        return len(cast("list[object]", self.station._unsaved))


def stale_ack(epoch: str, upto: int) -> AckReceived:
    """From a cloud that speaks of another database."""
    return AckReceived(epoch[::-1] if epoch != epoch[::-1] else "ffffffff", upto)
