"""A station's side of the wire and a broker's end, for tests of the cloud: real messages, no mocks."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cloud.app import Cloud, assemble
from cloud.ingest import Message
from cloud.settings import Settings
from contract.envelope import iso
from contract.topics import Leaf, topic

NOON = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
NOON_MS = 1_795_233_600_000


@dataclass
class Sent:
    """Takes what the cloud publishes; `up` False: the broker is away."""

    messages: list[tuple[str, bytes, bool]] = field(default_factory=list)
    up: bool = True
    since_ms: int = 0

    @property
    def connected_ms(self) -> int | None:
        return self.since_ms if self.up else None

    def publish(self, topic: str, payload: bytes, qos: int, retain: bool) -> bool:
        if self.up:
            self.messages.append((topic, payload, retain))
        return self.up

    def deliver(self, topic: str, payload: bytes, qos: int, retain: bool) -> bool:
        return self.publish(topic, payload, qos, retain)

    def deliver_each(self, messages: Sequence[tuple[str, bytes]], qos: int, retain: bool) -> list[bool]:
        return [self.publish(topic, payload, qos, retain) for topic, payload in messages]

    def acks(self) -> list[tuple[str, int]]:
        """(epoch, upto) in order."""
        found = [json.loads(payload) for name, payload, _ in self.messages if name.endswith("/ack")]
        return [(one["epoch"], one["upto"]) for one in found]


@dataclass
class Clock:
    """The cloud's wall clock, moved by hand."""

    ms: int = NOON_MS

    def __call__(self) -> int:
        return self.ms


@dataclass
class FakeStation:
    """Writes what a station would send."""

    name: str = "st-1"
    epoch: str = "0000000a"
    samples_epoch: str = "0000000b"
    boot: str = "00000b07"
    base: int = 1
    at: datetime = NOON

    def envelope(self, seq: int, kind: str, data: dict[str, Any], **changes: Any) -> dict[str, Any]:
        epoch = self.epoch if kind == "fact" else self.samples_epoch
        at = iso(self.at + timedelta(seconds=seq))
        head = {"v": 1, "station": self.name, "epoch": epoch, "seq": seq, "base": min(self.base, seq), "boot": self.boot}
        return {**head, "at": at, "up": float(seq), "clock": "trusted", "type": kind, "data": data, **changes}

    def fact(self, seq: int, data: dict[str, Any] | None = None, **changes: Any) -> Message:
        body = self.envelope(seq, "fact", data or {"kind": "door_closed", "open_s": 2.5}, **changes)
        return self.message(Leaf.EVT, body)

    def samples(self, seq: int, columns: dict[str, list[float | None]] | None = None, **changes: Any) -> Message:
        columns = columns or {"socket_w.1": [60.0, 61.0], "outbox_facts": [0.0, 1.0]}
        return self.message(Leaf.TELE, self.envelope(seq, "samples", {"ago_s": [10.0, 0.0], "columns": columns}, **changes))

    def state(self, link: str = "online", session: int = 1, retained: bool = False, **changes: Any) -> Message:
        body = {
            "station": self.name, "link": link, "boot": self.boot, "session": session, "at": iso(self.at),
            "version": "0.1.0", "name": "North gate", "city": "demo-city", "district": "north", "door": "locked",
            "inside": 0, "outbox": 0, "roster": 0, "faults": [], **changes,
        }  # fmt: skip
        return self.message(Leaf.STATE, body, retained)

    def reported(self, version: int, refused: str | None = None) -> Message:
        return self.message(Leaf.ROSTER_REPORTED, {"version": version, "people": 1, "refused": refused})

    def message(self, leaf: Leaf, body: object, retained: bool = False) -> Message:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return Message(topic(self.name, leaf), raw, retained, 0.0)


@dataclass
class Bench:
    """A cloud without a broker or threads: hand messages to `take`, look at `sent` and at the parts."""

    cloud: Cloud
    sent: Sent
    clock: Clock

    def take(self, *messages: Message) -> None:
        self.cloud.ingest.step(messages)


def bench(folder: Path, **settings: Any) -> Bench:
    """On its own databases in `folder`; opening the same folder again is a restart."""
    sent, clock = Sent(), Clock()
    return Bench(assemble(Settings(data=folder, **settings), outgoing=sent, clock_ms=clock), sent, clock)
