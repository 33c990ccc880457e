"""What goes to the cloud: documents that are said, rows of both outboxes, alarms on their own leaf. Belongs to the deciding thread.

Decides nothing: what to send is Outbox's, when is the loop's.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from math import inf

from contract.envelope import ClockState
from contract.packing import pack
from contract.topics import Leaf, topic
from edge.domain.core import Core
from edge.domain.outbox import Outbox
from edge.errors import StoreFailed
from edge.ports import Ledger, Link, Row, SampleStore

UNSAID = 32
"""Documents that wait for the link; the oldest go first, since each is said anew when its subject changes."""
SEND_AT_ONCE = 16
"""Rows of each outbox read and handed to the link in one step, so that a backlog never keeps the door waiting."""
FRESH = 64
"""Newest facts that are kept in memory: what is sent at once is not read from the disk."""
UNSURE_S = 20.0
"""After a start, so long rows wait for a clock that can be trusted; alarms do not wait."""


class Delivery:
    """`backlog`: more could be sent at once than a step may send."""

    def __init__(self, core: Core, ledger: Ledger, samples: SampleStore, link: Link) -> None:
        self._core, self._ledger, self._samples, self._link = core, ledger, samples, link
        self._fresh: deque[Row] = deque(maxlen=FRESH)
        self._unsaid: deque[tuple[Leaf, bytes]] = deque(maxlen=UNSAID)
        self._lanes: list[tuple[Outbox, Ledger | SampleStore]] = [(core.facts_out, ledger), (core.samples_out, samples)]
        self._unsure_from = [core.facts_out.last + 1, core.samples_out.last + 1]
        self._held_until, self._unsure = inf, False
        self.backlog = False

    def start(self, now: float) -> None:
        """Before the first row of this boot is stored, and after the clock was read."""
        if self._core.clock.state is ClockState.UNSURE:
            self._held_until, self._unsure = now + UNSURE_S, True
            for lane, _ in self._lanes:
                lane.hold()

    def say(self, leaf: Leaf, payload: bytes) -> None:
        """What the link does not take now is said later; of a retained document only the newest."""
        if leaf.traffic.retain:
            self._unsaid = deque(((kind, text) for kind, text in self._unsaid if kind is not leaf), maxlen=UNSAID)
        self._unsaid.append((leaf, payload))
        self._say_waiting()

    def stored(self, rows: Sequence[Row]) -> None:
        """Facts that are on disk now."""
        for row in rows:
            self._fresh.append(row)
            self._core.facts_out.stored(row.seq, row.alarm)

    def forget(self, epoch: str, upto: int) -> None:
        """Rows that the cloud has committed."""
        (self._ledger if epoch == self._core.facts_out.epoch else self._samples).forget(upto)

    def send(self, now: float) -> None:
        """What the window, the pace and the link allow."""
        self._say_waiting()
        self._let_go(now)
        self.backlog = False
        self._send(self._core.facts_out, self._facts, lambda row: Leaf.ALARM if row.alarm else Leaf.EVT, now)
        self._send(self._core.samples_out, lambda seqs: runs(seqs, self._samples.rows), lambda row: Leaf.TELE, now)

    def heed_clock(self, now: float) -> None:
        """Once time is trusted, rows of this boot that were stored while it was not, and were never handed over, get the time they had."""
        clock = self._core.clock
        if clock.state is ClockState.UNSURE:
            self._unsure = True
        elif self._unsure:
            try:
                self._restamp(round((clock.at(now).timestamp() - now) * 1000))
            except StoreFailed:
                return
            self._unsure, self._held_until = False, now

    def _restamp(self, offset_ms: int) -> None:
        for n, (lane, store) in enumerate(self._lanes):
            ranges = lane.unhanded(self._unsure_from[n])
            if ranges:
                store.restamp(ranges, offset_ms)
            self._unsure_from[n] = lane.last + 1
        self._fresh.clear()

    def _let_go(self, now: float) -> None:
        if now >= self._held_until:
            self._held_until = inf
            for lane, _ in self._lanes:
                lane.release()

    def _say_waiting(self) -> None:
        while self._unsaid:
            leaf, payload = self._unsaid[0]
            if not self._hand(leaf, payload):
                return
            self._unsaid.popleft()

    def _send(self, lane: Outbox, rows: Callable[[list[int]], list[Row]], leaf: Callable[[Row], Leaf], now: float) -> None:
        wanted = lane.wanted(now, SEND_AT_ONCE)
        if not wanted:
            return
        try:
            found = rows(wanted)
        except StoreFailed:
            return
        for row in found:
            if not self._hand(leaf(row), payload(leaf(row), row, lane.first)):
                return
            lane.sent(row.seq, now)
        self.backlog = self.backlog or len(found) == SEND_AT_ONCE

    def _hand(self, leaf: Leaf, content: bytes) -> bool:
        return self._link.send(topic(self._core.config.station, leaf), content, leaf.traffic.qos, leaf.traffic.retain)

    def _facts(self, seqs: list[int]) -> list[Row]:
        """From memory where it has them all, else from disk."""
        fresh = {row.seq: row for row in self._fresh}
        return [fresh[seq] for seq in seqs] if all(seq in fresh for seq in seqs) else runs(seqs, self._ledger.rows)


def runs(seqs: list[int], rows: Callable[[int, int], list[Row]]) -> list[Row]:
    """Exactly these rows in this order, each run of neighbours read at once. Raises: StoreFailed."""
    return [row for first, count in _runs(seqs) for row in rows(first - 1, count) if first <= row.seq < first + count]


def _runs(seqs: list[int]) -> Iterator[tuple[int, int]]:
    start = 0
    for n in range(1, len(seqs) + 1):
        if n == len(seqs) or seqs[n] != seqs[n - 1] + 1:
            yield seqs[start], n - start
            start = n


def payload(leaf: Leaf, row: Row, base: int) -> bytes:
    """What goes over the wire on this leaf."""
    return pack(envelope(row, base)) if leaf is Leaf.TELE else envelope(row, base)


def envelope(row: Row, base: int) -> bytes:
    """The stored body with its seq, and with what belongs to the sending."""
    return f'{row.body[:-1]},"seq":{row.seq},"base":{base}}}'.encode()
