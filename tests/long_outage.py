"""Three days at a busy door, for a deciding station without a room, and the line from it to a real cloud's ingest, both in simulated time."""

from __future__ import annotations

import json
from collections import deque
from pathlib import Path

from cloud.ingest import Message
from contract.config import StationConfig
from contract.topics import Leaf, parse
from edge.adapters.mqtt import understand
from edge.domain import messages as m
from edge.domain.messages import Post
from edge.domain.room_messages import DrinkAsked, PulsesCounted
from edge.domain.sight import FaceCompared
from tests.cloud_parts import Bench
from tests.station_parts import Held
from twin.station import layout, person, roster

LATENCY_S = 0.1
"""From the link to the cloud's commit, and as long back."""
DRINK_ML, PULSES = 200, 90


class Wire:
    """The link of a station, and what its broker brings the cloud: in order, `LATENCY_S` later. `step` moves what is due."""

    def __init__(self, station: str, cloud: Bench) -> None:
        self._station, self._cloud = station, cloud
        self._post: Post = lambda heard: None
        self.connected = False
        self._up: deque[tuple[float, Message]] = deque()
        self._down: deque[tuple[float, m.Input]] = deque()
        self.arrived: dict[int, float] = {}
        self.now = 0.0

    def joined(self, post: Post) -> Wire:
        """A station's agent uses it."""
        self._post = post
        return self

    def send(self, name: str, payload: bytes, qos: int, retain: bool) -> bool:
        """As the link does."""
        if self.connected:
            self._up.append((self.now + LATENCY_S, Message(name, payload, False, 0.0)))
        return self.connected

    def step(self, now: float) -> None:
        """The cloud takes what has arrived, in one commit, and answers."""
        self.now = now
        due = [self._up.popleft()[1] for _ in range(sum(at <= now for at, _ in self._up))]
        if due:
            self._cloud.take(*due)
            self._note([message for message in due if parse(message.topic)[1] in (Leaf.EVT, Leaf.ALARM)])
            for name, payload, _ in self._cloud.sent.messages:
                if parse(name)[1] is Leaf.ACK:
                    self._down.append((now + LATENCY_S, understand(self._station, name, payload)))
            self._cloud.sent.messages.clear()
        while self._down and self._down[0][0] <= now:
            self._post(self._down.popleft()[1])


    def _note(self, facts: list[Message]) -> None:
        for message in facts:
            self.arrived.setdefault(json.loads(message.payload)["seq"], self.now)


class Door(Held):
    """A station on that wire, with one visitor who comes again and again."""

    def __init__(self, folder: Path, cloud: Bench, **sections: object) -> None:
        config: StationConfig = layout("st-1", quota={"water_ml_per_day": 20_000}, **sections)
        self.wire = Wire(config.station, cloud)
        self.pulses = self.tracks = 0
        super().__init__(config, folder)
        self.hear(m.GuardChanged(True), m.CameraChanged(True, ""), m.ContactChanged(True))
        self.hear(m.RosterReceived(roster(person("p-an", "1001", "2468"))))

    def start(self) -> None:
        """On the wire instead of the stand-in."""
        self.cloud = self.wire  # type: ignore[assignment]
        super().start()
        self.committed_at: dict[int, float] = {}
        stored = self.core.facts_out.stored

        def note(seq: int, alarm: bool = False) -> None:
            self.committed_at[seq] = self.clock.monotonic()
            stored(seq, alarm)

        self.core.facts_out.stored = note  # type: ignore[method-assign]

    def pass_time(self, seconds: float, at_most: float = 10.0) -> None:
        """Steps where something is due, but no oftener than the wire and the samples need it: three days have a million heartbeats."""
        until = self.clock.monotonic() + seconds
        while (now := self.clock.monotonic()) < until:
            pause = 0.1 if self.wire.connected else at_most
            self.clock.move(min(pause, until - now, 0.05 if self.station.deadline() <= now else pause))
            self.wire.step(self.clock.monotonic())
            self.hear()

    def visit(self) -> None:
        """In by face, a drink, out: eleven facts in ten seconds, in as few steps as it takes."""
        self.tracks += 1
        now = self.clock.monotonic()
        self.inbox.put(FaceCompared(self.tracks, 3, "p-an", 0.15, 0.6, 2, now - 0.2))
        self._goes_through()
        self.hear(DrinkAsked("cold", DRINK_ML))
        self.pulses += PULSES
        self.pass_time(3)
        self.hear(PulsesCounted("cold", self.pulses))
        self.inbox.put(m.ExitPressed(True))
        self.inbox.put(m.ExitPressed(False))
        self._goes_through()
        self.hear(m.LeaveAsked())

    def _goes_through(self) -> None:
        self.hear(m.ContactChanged(False))
        self.pass_time(1)
        self.hear(m.ContactChanged(True))
        self.pass_time(1)
