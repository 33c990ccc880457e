"""One batch of messages: read, points, ONE commit, acknowledgements, listeners; in this order nothing is promised early.

Sample points are written before the commit and overwrite themselves when repeated: a crash between the two repeats
them and never loses one.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence

from cloud.domain.intake import Asked, Configured, Ignored, Misdated, Refused, Replied, Reported, Taken, read
from cloud.domain.points import Points, count, of_samples
from cloud.domain.progress import Lane, answers
from cloud.errors import SeriesDown
from cloud.ingest.counters import Counters
from cloud.ingest.inbox import Message
from cloud.ports import Batch, Committed, Epoch, FactRow, Ledger, Listener, Outgoing, StationRow, Stored
from cloud.series_ports import Writes
from contract.envelope import Ack, FactEnvelope, Header, SamplesEnvelope
from contract.state import Link, State
from contract.topics import Leaf, topic

log = logging.getLogger(__name__)


class Step:
    """Call it with messages; for one thread. `newcomers` is told of stations never heard of before."""

    def __init__(
        self,
        ledger: Ledger,
        series: Writes,
        outgoing: Outgoing,
        listener: Listener,
        newcomers: Callable[[Iterable[str]], None],
        clock_ms: Callable[[], int],
        counters: Counters,
    ) -> None:
        self._ledger, self._series, self._outgoing = ledger, series, outgoing
        self._listener, self._newcomers, self._clock_ms = listener, newcomers, clock_ms
        self.counters = counters

    def __call__(self, messages: Sequence[Message]) -> None:
        """Take these in, wholly or not at all.

        Raises:
            LedgerDown: nothing was committed and nothing acknowledged; call again with the same messages.
        """
        batch = Batch(self._clock_ms())
        taken = [(read(one.topic, one.payload, batch.now_ms), one.retained) for one in messages]
        with_samples = self._write_points([one for one, _ in taken])
        for one, retained in taken:
            if with_samples or not isinstance(one, SamplesEnvelope):
                add(batch, one, retained)
        stored = self._ledger.store(batch)
        self._count(taken, batch, stored)
        self._acknowledge(batch, stored)
        self._lease(stored)
        self._tell(stored.facts, stored.changed, stored.newcomers)

    def _write_points(self, taken: Sequence[Taken]) -> bool:
        """Whether samples may be acknowledged. Points of facts are made from the ledger (cloud/series/follower.py)."""
        points: list[Points] = [points for one in taken if isinstance(one, SamplesEnvelope) for points in of_samples(one)]
        if not points:
            return True
        try:
            self._series.write(points)
        except SeriesDown as error:
            if self.counters.series_error is None:
                log.warning("%s; samples are not acknowledged until it is back", error)
            self.counters.series_error = str(error)
            self.counters.points_lost += count(points)
            return False
        self.counters.series_error = None
        self.counters.points += count(points)
        return True

    def _count(self, taken: Sequence[tuple[Taken, bool]], batch: Batch, stored: Stored) -> None:
        counters = self.counters
        counters.batches += 1
        counters.stored += len(stored.facts)
        counters.duplicates += len(batch.facts) - len(stored.facts)
        counters.states += len(batch.states)
        counters.samples += sum(isinstance(one, SamplesEnvelope) for one, _ in taken)
        counters.ignored += sum(isinstance(one, Ignored) for one, _ in taken)
        for refused in batch.refused:
            if refused.reason.value not in counters.refused:
                log.warning("first refused as %s: topic %.60r: %s", refused.reason.value, refused.topic, refused.detail)
            counters.refused[refused.reason.value] += 1

    def _acknowledge(self, batch: Batch, stored: Stored) -> None:
        traffic = Leaf.ACK.traffic
        for epoch, progress in stored.progress.items():
            for ahead in answers(progress, batch.committed[epoch].seqs):
                payload = Ack(epoch=epoch.epoch, upto=progress.upto, ahead=ahead).model_dump_json().encode()
                sent = self._outgoing.publish(topic(epoch.station, Leaf.ACK), payload, traffic.qos, traffic.retain)
                self.counters.acks += sent
                self.counters.acks_dropped += not sent

    def _lease(self, stored: Stored) -> None:
        """One that is lost is asked for again."""
        for station, lease in stored.leases:
            traffic = Leaf.QUOTA_LEASE.traffic
            self._outgoing.publish(topic(station, Leaf.QUOTA_LEASE), lease.model_dump_json().encode(), traffic.qos, traffic.retain)

    def _tell(self, facts: list[FactRow], changed: list[StationRow], newcomers: set[str]) -> None:
        if newcomers:
            self._newcomers(newcomers)
        if facts or changed:
            self._listener(facts, changed)


def add(batch: Batch, one: Taken, retained: bool) -> None:
    """Put one message where the transaction will find it."""
    match one:
        case FactEnvelope():
            batch.facts.append(one)
            _committed(batch, one, Lane.FACTS)
        case Misdated():
            batch.facts.append(one.fact)
            batch.refused.append(one.filed)
            _committed(batch, one.fact, Lane.FACTS)
        case SamplesEnvelope():
            _committed(batch, one, Lane.SAMPLES)
        case Refused():
            batch.refused.append(one)
            if one.header and one.lane:
                _committed(batch, one.header, one.lane)
        case State():
            batch.states.append(one)
        case Reported():
            batch.reports.append(one)
        case Configured():
            batch.configs.append(one)
        case Asked():
            batch.asks.append(one)
        case Replied() if not retained:
            batch.replies.append(one)
    # A will is the broker's word and a retained message its memory: neither shows that the station lives.
    # A refused one may be anybody's.
    silent = retained or isinstance(one, Refused) or (isinstance(one, State) and one.link is Link.LOST)
    if not silent and one.station is not None:
        batch.heard.add(one.station)


def _committed(batch: Batch, header: Header, lane: Lane) -> None:
    base = min(header.base, header.seq)  # a station holds at least what it is sending
    entry = batch.committed.setdefault(Epoch(header.station, header.epoch, lane), Committed(base, base))
    entry.first, entry.base = min(entry.first, base), max(entry.base, base)
    entry.seqs.add(header.seq)
