"""A day with an outage, told to a real cloud message by message: facts and measurements before it, live ones after it, the backlog when it comes."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from cloud.ingest import Message
from contract.envelope import iso
from contract.topics import Leaf
from tests.cloud_parts import Bench, FakeStation

MINUTE_MS = 60_000
BEGAN, ENDED = 120, 60
"""Minutes before now."""
KINDS: tuple[dict[str, Any], ...] = (
    {"kind": "door_opened", "cause": "entry"}, {"kind": "door_closed", "open_s": 2.5},
    {"kind": "water_poured", "pour": "00000001-1", "person": "p-1", "tap": "cold", "reserved_ml": 300, "poured_ml": 300, "charged_ml": 300, "stop": "reached"},
)  # fmt: skip
BEFORE, HELD, AFTER = range(1, 31), range(31, 71), range(71, 91)
"""Seqs of facts: from before the outage, from while it lasted, from since it ended."""


@dataclass
class Day:
    """One station's. `now_ms`: when it is looked at, UTC ms; times are minutes before it."""

    cloud: Bench
    now_ms: int
    station: FakeStation = field(default_factory=FakeStation)
    lost_ms: int | None = None

    def __post_init__(self) -> None:
        self.cloud.cloud.parts = replace(self.cloud.cloud.parts, broker_lost_ms=lambda: self.lost_ms)

    def at(self, ago: float) -> str:
        """A time, as on the wire."""
        return iso(datetime.fromtimestamp((self.now_ms - ago * MINUTE_MS) / 1000, UTC))

    def take(self, ago: float, *messages: Message) -> None:
        """They arrive then."""
        self.cloud.clock.ms = round(self.now_ms - ago * MINUTE_MS)
        self.cloud.take(*messages)

    def facts(self, seqs: range, begin: float, end: float) -> list[tuple[float, Message]]:
        """(when, message), spread evenly."""
        step = (begin - end) / len(seqs)
        times = [begin - step * index for index in range(len(seqs))]
        return [(ago, self.station.fact(seq, KINDS[seq % 3], at=self.at(ago))) for ago, seq in zip(times, seqs, strict=True)]

    def samples(self, begin: int, end: int) -> list[tuple[float, Message]]:
        """A batch every two minutes, numbered by its time."""
        return [(float(ago), self._batch(ago)) for ago in range(begin, end, -2)]

    def state(self, **changes: Any) -> Message:
        """Retained, by the station."""
        return self.station.state(at=self.at(0), **changes)

    def lived(self) -> None:
        """The day as the cloud saw it: nothing of the outage, then the connection again with everything still to come."""
        live = [*self.facts(BEFORE, 240, BEGAN), *self.samples(240, BEGAN), *self.facts(AFTER, ENDED, 2), *self.samples(ENDED, 0)]
        for ago, message in sorted(live, key=lambda each: -each[0]):
            self.take(ago, message)
        self.take(0, self.state(outbox=len(HELD), batches=30, session=2))

    def delivers(self) -> None:
        """What waited comes, an hour and more late."""
        held = [message for _, message in [*self.facts(HELD, BEGAN, ENDED), *self.samples(BEGAN, ENDED)]]
        self.take(0, *held, self.state(outbox=0, batches=0, session=2))

    def deaf(self, ago: float) -> None:
        """The cloud loses the broker."""
        self.cloud.sent.up = False
        self.lost_ms = round(self.now_ms - ago * MINUTE_MS)

    def hears_again(self) -> None:
        """The broker is back, since now; no station has spoken yet."""
        self.cloud.sent.up, self.cloud.sent.since_ms = True, self.now_ms + MINUTE_MS

    def _batch(self, ago: int) -> Message:
        columns = {"socket_w.1": [40.0 + ago % 7, 41.0 + ago % 5], "socket_w.2": [12.0, 12.5 + ago % 3]}
        body = self.station.envelope(200 - ago // 2, "samples", {"ago_s": [60.0, 0.0], "columns": columns}, at=self.at(ago))
        return self.station.message(Leaf.TELE, body)
