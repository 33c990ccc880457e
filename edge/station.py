"""The loop of a station: inbox, deadlines, order of effects. One thread, no locks.

Off, remember, on: switching off never waits for a disk, switching on never precedes its record.
"""

from collections import deque
from dataclasses import dataclass, replace
from queue import Empty, SimpleQueue

from contract.configuration import ConfigConfirmed, ConfigRolledBack, ConfigTried
from contract.envelope import ClockState
from contract.facts import AmenityStarted, ChargeStarted, DoorUnlocked, EntryGranted, EntryRefused, Fact, FlushStarted, Refusal, WaterReserved
from contract.fridge import BottlesReserved
from contract.orders import OrderCarriedOut
from contract.steward import MaintenanceStarted
from edge.delivery import Delivery
from edge.domain.config_records import StoreConfig
from edge.domain.core import Core
from edge.domain.face_messages import EnrolFace
from edge.domain.loans import OpenLoan
from edge.domain.messages import Action, DigestCode, Effects, FaceOrder, Forget, Input, Rebuild, Say, SetOutput, StoreChanged, UseConfig
from edge.domain.order import afterwards, at_once
from edge.domain.order_records import AppendAudit, KeepUnlocks
from edge.domain.records import Record, Reserve, StoreRun, UseTicket
from edge.domain.screen import Screen
from edge.domain.steward_messages import StoreMaintenance
from edge.domain.unrecorded import Unrecorded
from edge.errors import StoreFailed
from edge.measured import Measured
from edge.ports import Clock, Digests, Eyes, Heart, Ledger, Link, Outputs, SampleStore, Stamp

Inbox = SimpleQueue[Input | None]
"""Its `put` is what adapters call `post`: from any thread, never blocking. None only wakes the loop."""

BEAT_S = 0.25
"""Longest sleep of the loop: the guard drops all outputs after 2 s of silence."""
WALL_S = 5.0
STORE_RETRY_S = 1.0
CATCH_UP_S = 0.2
"""So long at most a step writes what waited in memory; meanwhile nothing is granted."""
SCREEN_S = 0.02
"""Between two snapshots for the page, which looks fifty times a second at most."""
GRANTS = (
    EntryGranted, AmenityStarted, MaintenanceStarted, DoorUnlocked, WaterReserved, FlushStarted, BottlesReserved, ChargeStarted, OrderCarriedOut,
    ConfigTried, ConfigConfirmed, ConfigRolledBack,
)  # fmt: skip
"""Facts that are decisions, most of them to switch on: where they could not be recorded, they never were."""
OF_GRANTS = (Reserve, UseTicket, StoreRun, OpenLoan, StoreMaintenance, AppendAudit, KeepUnlocks, StoreConfig)
"""Records that belong to them."""


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
        self._stopping = self.to_be_rebuilt = False
        self._screen: Screen | None = None
        self._stale, self._draw_at = True, float("-inf")
        self._delivery = Delivery(core, around.ledger, around.samples, around.link)
        self._measured = Measured(core, around.ledger, around.samples)
        self._unrecorded = Unrecorded()

    @property
    def screen(self) -> Screen:
        """The newest snapshot; any thread may read it."""
        assert self._screen is not None, "start() first"
        return self._screen

    def start(self) -> None:
        """The first step: before it nothing is decided."""
        now = self._around.clock.monotonic()
        clock = self.core.handle(self._around.clock.wall(), now)
        self._delivery.start(now)
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
        if self._delivery.backlog:
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
        self._delivery.send(now)
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
        self._delivery.heed_clock(now)
        effects.add(self._store_health(now))
        self._keep_room(now)
        return effects

    def _finish(self, effects: Effects, now: float) -> None:
        """Off, what saves people, remember, on."""
        self._apply(at_once(effects.actions), now)
        later = afterwards(effects.actions)
        if self._remember(effects.facts, effects.records, now):
            self._apply(later, now)
        else:
            self._apply([a for a in later if not isinstance(a, SetOutput | EnrolFace | Rebuild)], now)
        self._stale = True
        self._draw(now)

    def _draw(self, now: float) -> None:
        """The newest snapshot, at most once in SCREEN_S: nobody sees more, and a flood of inputs must not wait for it."""
        if self._stale and now >= self._draw_at:
            self._screen, self._stale, self._draw_at = self.core.screen(now), False, now + SCREEN_S

    def _remember(self, facts: list[Fact], records: list[Record], now: float) -> bool:
        """True when everything, also what waited, is on disk."""
        if facts or records:
            held = sum(len(waiting) for waiting, _, _ in self._unsaved)
            self._unsaved.append((self._unrecorded.keep(facts, held), records, self._stamp(now)))
        elif self._unsaved and now < self._retry_at:
            return False
        try:
            self._write(now)
        except StoreFailed as error:
            self._not_remembered(error, now)
            return False
        self.core.recorded()
        return True

    def _commit(self, facts: list[Fact], records: list[Record], stamp: Stamp) -> None:
        """What waited in memory until the clock was trusted is written with the time it had."""
        if stamp.clock is ClockState.UNSURE and self.core.clock.state is ClockState.TRUSTED:
            stamp = replace(stamp, at=self.core.clock.at(stamp.up), clock=ClockState.DERIVED)
        self._delivery.stored(self._around.ledger.commit(facts, records, stamp))

    def _write(self, now: float) -> None:
        """All that waits, oldest first, and then what found no room to wait. Raises: StoreFailed, also when there is too much for one step."""
        while self._unsaved:
            self._commit(*self._unsaved[0])
            self._unsaved.popleft()
            if self._unsaved and self._around.clock.monotonic() > now + CATCH_UP_S:
                raise StoreFailed(f"ledger: {len(self._unsaved)} steps that waited for the disk are still to be written", False)
        told = self._unrecorded.told()
        if told:
            self._unsaved.append((told, [], self._stamp(now)))
            self._write(now)

    def _not_remembered(self, error: StoreFailed, now: float) -> None:
        """Grants of this step never were; what was observed waits in memory until the disk takes it."""
        self._retry_at = now + STORE_RETRY_S
        facts, records, stamp = self._unsaved.pop()
        revoked = self.core.revoke(now)
        refused = [EntryRefused(way=f.way, reason=Refusal.CANNOT_RECORD) for f in facts if isinstance(f, EntryGranted)]
        kept: list[Fact] = [*(f for f in facts if not isinstance(f, GRANTS)), *refused]
        self._unsaved.append((kept, [r for r in records if not isinstance(r, OF_GRANTS)], stamp))
        self._apply(revoked.actions, now)
        self._store_fine = False
        more = self.core.handle(StoreChanged(False, True, str(error)[:200]), now)
        more.add(self.core.tick(now))
        self._apply([*at_once(more.actions), *(a for a in more.actions if not isinstance(a, SetOutput | Rebuild))], now)
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
                    self._delivery.say(leaf, payload)
                case Forget(epoch, upto):
                    self._delivery.forget(epoch, upto)
                case UseConfig(config):
                    self._around.outputs.heed(config)
                case Rebuild():
                    self.to_be_rebuilt = self._stopping = True

    def _sample(self, now: float) -> None:
        extra: dict[str, float | None] = {"inbox_inputs": self._inbox.qsize(), "step_ms": round(self._longest_step_s * 1000, 2)}
        batch = self.core.sample(extra, now)
        if batch is None:
            return
        self._longest_step_s = 0.0
        gaps = self._measured.store(batch, self._stamp(now))
        if gaps:
            self._remember(gaps, [], now)

    def _keep_room(self, now: float) -> None:
        """A span of samples goes when there is too much of them; first it is told."""
        going = None if self._unsaved else self._measured.too_much()
        if going and self._remember([going.fact], [], now):
            self._measured.let_go(going)

    def _stamp(self, now: float) -> Stamp:
        clock = self.core.clock
        return Stamp(self.core.boot, clock.at(now), round(now, 3), clock.state)
