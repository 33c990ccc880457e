"""The loop of a station: inbox, deadlines, order of effects. One thread, no locks.

Off, remember, on: switching off never waits for a disk, switching on never precedes its record.
"""

import json
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from queue import Empty, SimpleQueue

from contract.facts import AmenityStarted, ChargeStarted, DoorUnlocked, EntryGranted, EntryRefused, Fact, FlushStarted, Refusal, WaterReserved
from contract.fridge import BottlesReserved
from contract.steward import MaintenanceStarted
from contract.topics import Leaf, topic
from edge.domain.core import Core
from edge.domain.face_messages import EnrolFace
from edge.domain.loans import OpenLoan
from edge.domain.messages import Action, DigestCode, Effects, FaceOrder, Forget, Input, Say, SetOutput, StoreChanged
from edge.domain.order import afterwards, at_once
from edge.domain.outbox import Outbox
from edge.domain.records import Record, Reserve, StoreRun, UseTicket
from edge.domain.screen import Screen
from edge.domain.steward_messages import StoreMaintenance
from edge.errors import StoreFailed
from edge.ports import Clock, Digests, Eyes, Heart, Ledger, Link, Outputs, Row, SampleStore, Stamp

Inbox = SimpleQueue[Input | None]
"""Its `put` is what adapters call `post`: from any thread, never blocking. None only wakes the loop."""

BEAT_S = 0.25
"""Longest sleep of the loop: the guard drops all outputs after 2 s of silence."""
WALL_S = 5.0
STORE_RETRY_S = 1.0
SCREEN_S = 0.02
"""Between two snapshots for the page, which looks fifty times a second at most."""
UNSAID = 32
"""Documents that wait for the link; the oldest go first, since each is said anew when its subject changes."""
SEND_AT_ONCE = 16
"""Rows read and handed to the link in one step, so that a backlog never keeps the door waiting."""
GRANTS = (EntryGranted, AmenityStarted, MaintenanceStarted, DoorUnlocked, WaterReserved, FlushStarted, BottlesReserved, ChargeStarted)
"""Facts that are decisions to switch on: where they could not be recorded, they never were."""


@dataclass(frozen=True)
class Surroundings:
    """Everything the loop touches."""

    clock: Clock
    outputs: Outputs
    ledger: Ledger
    samples: SampleStore
    link: Link
    digests: Digests
    heart: Heart
    eyes: Eyes | None = None


class Station:
    """Turns inputs into effects. Adapters post into the inbox; everything else belongs to the thread that runs this."""

    def __init__(self, core: Core, around: Surroundings, inbox: Inbox) -> None:
        self.core, self._around, self._inbox = core, around, inbox
        self._unsaved: deque[tuple[list[Fact], list[Record], Stamp]] = deque()
        self._store_fine, self._low = True, False
        self._retry_at = self._wall_at = self._beat_at = float("-inf")
        self._longest_step_s = 0.0
        self._stopping = self._backlog = False
        self._screen: Screen | None = None
        self._stale, self._draw_at = True, float("-inf")
        self._live: deque[Row] = deque(maxlen=64)
        self._unsaid: deque[tuple[Leaf, bytes]] = deque(maxlen=UNSAID)

    @property
    def screen(self) -> Screen:
        """The newest snapshot; any thread may read it."""
        assert self._screen is not None, "start() first"
        return self._screen

    def start(self) -> None:
        """The first step: before it nothing is decided."""
        now = self._around.clock.monotonic()
        clock = self.core.handle(self._around.clock.wall(), now)
        effects = self.core.start(now)
        effects.add(clock)
        self._finish(effects, now)

    def run(self) -> None:
        """Until stop(); ends only there or by an error that the supervisor must see."""
        while not self._stopping:
            self.step(self._wait())

    def stop(self) -> None:
        """From any thread: the loop ends after its step; every output is off."""
        self._stopping = True
        self._inbox.put(None)

    def drain(self) -> None:
        """Every input that is there, then a step for time alone where one is due; for callers that have no thread."""
        while not self._inbox.empty():
            self.step(self._inbox.get())
        if self._around.clock.monotonic() >= self.deadline():
            self.step(None)

    def deadline(self) -> float:
        """Monotonic seconds when a step is due without any input."""
        if self._backlog:
            return float("-inf")
        return min(self.core.deadline(), self._wall_at, self._beat_at, self._retry_at if self._unsaved else float("inf"))

    def step(self, heard: Input | None) -> None:
        """One input, or only the passing of time."""
        now = self._around.clock.monotonic()
        effects = self._periodic(now)
        if heard is not None:
            effects.add(self.core.handle(heard, now))
        effects.add(self.core.tick(now))
        self._finish(effects, now)
        self._sample(now)
        self._send(now)
        self._longest_step_s = max(self._longest_step_s, self._around.clock.monotonic() - now)

    def _wait(self) -> Input | None:
        try:
            until = min(self.deadline(), self._draw_at) if self._stale else self.deadline()
            return self._inbox.get(timeout=max(0.0, until - self._around.clock.monotonic()))
        except Empty:
            return None

    def _periodic(self, now: float) -> Effects:
        if now >= self._beat_at:
            self._beat_at = now + BEAT_S
            self._around.heart.beat()
        if now < self._wall_at:
            return Effects()
        self._wall_at = now + WALL_S
        effects = self.core.handle(self._around.clock.wall(), now)
        effects.add(self._store_health(now))
        return effects

    def _finish(self, effects: Effects, now: float) -> None:
        """Off, what saves people, remember, on."""
        self._apply(at_once(effects.actions), now)
        later = afterwards(effects.actions)
        if self._remember(effects.facts, effects.records, now):
            self._apply(later, now)
        else:
            self._apply([a for a in later if not isinstance(a, SetOutput | EnrolFace)], now)
        self._stale = True
        self._draw(now)

    def _draw(self, now: float) -> None:
        """The newest snapshot, at most once in SCREEN_S: nobody sees more, and a flood of inputs must not wait for it."""
        if self._stale and now >= self._draw_at:
            self._screen, self._stale, self._draw_at = self.core.screen(now), False, now + SCREEN_S

    def _remember(self, facts: list[Fact], records: list[Record], now: float) -> bool:
        """True when everything, also what waited, is on disk."""
        if facts or records:
            self._unsaved.append((facts, records, self._stamp(now)))
        elif self._unsaved and now < self._retry_at:
            return False
        try:
            while self._unsaved:
                self._commit(*self._unsaved[0])
                self._unsaved.popleft()
        except StoreFailed as error:
            self._not_remembered(error, now)
            return False
        self.core.recorded()
        return True

    def _commit(self, facts: list[Fact], records: list[Record], stamp: Stamp) -> None:
        for row in self._around.ledger.commit(facts, records, stamp):
            self._live.append(row)
            self.core.facts_out.stored(row.seq)

    def _not_remembered(self, error: StoreFailed, now: float) -> None:
        """Grants of this step never were; what was observed waits in memory until the disk takes it."""
        self._retry_at = now + STORE_RETRY_S
        facts, records, stamp = self._unsaved.pop()
        revoked = self.core.revoke(now)
        refused = [EntryRefused(way=f.way, reason=Refusal.CANNOT_RECORD) for f in facts if isinstance(f, EntryGranted)]
        kept: list[Fact] = [*(f for f in facts if not isinstance(f, GRANTS)), *refused]
        self._unsaved.append((kept, [r for r in records if not isinstance(r, Reserve | UseTicket | StoreRun | OpenLoan | StoreMaintenance)], stamp))
        self._apply(revoked.actions, now)
        self._store_fine = False
        more = self.core.handle(StoreChanged(False, True, str(error)[:200]), now)
        more.add(self.core.tick(now))
        self._apply([*at_once(more.actions), *(a for a in more.actions if not isinstance(a, SetOutput))], now)
        if more.facts or more.records:
            self._unsaved.append((more.facts, more.records, stamp))

    def _store_health(self, now: float) -> Effects:
        """Says when the disk is short, and when it is well again."""
        low = self._around.ledger.tidy()
        fine = self._store_fine or self._probe(now)
        if (fine, low) == (self._store_fine, self._low):
            return Effects()
        self._store_fine, self._low = fine, low
        return self.core.handle(StoreChanged(fine, low, "the disk is nearly full" if low else ""), now)

    def _probe(self, now: float) -> bool:
        self._retry_at = float("-inf")
        return self._remember([], [], now)

    def _apply(self, actions: list[Action], now: float) -> None:
        for action in actions:
            match action:
                case SetOutput(output, on):
                    self._around.outputs.set(output, on, now)
                case DigestCode():
                    self._around.digests.submit(action)
                case _ if isinstance(action, FaceOrder):
                    if self._around.eyes:
                        self._around.eyes.order(action)
                case Say(leaf, payload):
                    self._say(leaf, payload)
                case Forget(epoch, upto):
                    (self._around.ledger if epoch == self.core.facts_out.epoch else self._around.samples).forget(upto)

    def _say(self, leaf: Leaf, payload: bytes) -> None:
        """What the link does not take now is said later; of a retained document only the newest."""
        if leaf.traffic.retain:
            self._unsaid = deque(((kind, text) for kind, text in self._unsaid if kind is not leaf), maxlen=UNSAID)
        self._unsaid.append((leaf, payload))
        self._say_waiting()

    def _say_waiting(self) -> None:
        while self._unsaid:
            leaf, payload = self._unsaid[0]
            if not self._around.link.send(topic(self.core.config.station, leaf), payload, leaf.traffic.qos, leaf.traffic.retain):
                return
            self._unsaid.popleft()

    def _sample(self, now: float) -> None:
        extra: dict[str, float | None] = {"inbox_inputs": self._inbox.qsize(), "step_ms": round(self._longest_step_s * 1000, 2)}
        batch = self.core.sample(extra, now)
        if batch is None:
            return
        self._longest_step_s = 0.0
        try:
            first, seq = self._around.samples.add(batch.model_dump_json(), self._stamp(now))
        except StoreFailed:
            return
        self.core.samples_out.stored(seq)
        self.core.samples_out.dropped(first)

    def _send(self, now: float) -> None:
        self._say_waiting()
        self._backlog = False
        self._send_lane(self.core.facts_out, self._fact_rows, Leaf.EVT, now)
        self._send_lane(self.core.samples_out, self._around.samples.rows, Leaf.TELE, now)

    def _send_lane(self, lane: Outbox, rows: Callable[[int, int], list[Row]], leaf: Leaf, now: float) -> None:
        after, count = lane.wanted(now)
        if count == 0:
            return
        try:
            found = rows(after, min(count, SEND_AT_ONCE))
        except StoreFailed:
            return
        where = topic(self.core.config.station, leaf)
        for row in found:
            if not self._around.link.send(where, envelope(row, lane.first), leaf.traffic.qos, leaf.traffic.retain):
                return
            lane.sent(row.seq, now)
        self._backlog = self._backlog or count > SEND_AT_ONCE

    def _fact_rows(self, after: int, count: int) -> list[Row]:
        """From memory where the newest rows are asked for, else from disk."""
        fresh = [row for row in self._live if row.seq > after][:count]
        return fresh if fresh and fresh[0].seq == after + 1 else self._around.ledger.rows(after, count)

    def _stamp(self, now: float) -> Stamp:
        clock = self.core.clock
        return Stamp(self.core.boot, clock.at(now), round(now, 3), clock.state)


def envelope(row: Row, base: int) -> bytes:
    """What goes over the wire: the stored body with its seq, and with what belongs to the sending."""
    return json.dumps(json.loads(row.body) | {"seq": row.seq, "base": base}, separators=(",", ":"), ensure_ascii=False).encode()
