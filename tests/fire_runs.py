"""Random sequences of everything a station can hear, against the two rules about people: fire frees the door, and leaving asks nobody.

The real core and the real loop on one thread; ledger and lines in memory, so that 50,000 sequences fit into a CI run. The same seed
gives the same sequence. `Broken` quotes the seed and the last inputs.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import count, repeat
from random import Random

from contract import facts as f
from contract.config import StationConfig, check
from contract.roster import Person, Roster
from edge.domain import messages as m
from edge.domain.core import Core
from edge.domain.door import EXIT_COUNTS_S, EXIT_QUIET_S
from edge.domain.fire import OVER_S
from edge.domain.messages import Input
from edge.domain.records import DropFault, Record, StoreFault
from edge.domain.restored import Restored
from edge.domain.room_messages import LineChanged
from edge.domain.safe_state import LOCK, outputs
from edge.domain.sight import FaceCompared
from edge.errors import StoreFailed
from edge.ports import Row, Stamp
from edge.station import Inbox, Station, Surroundings
from twin.clock import TwinClock

CONFIG: StationConfig = check({
    "station": "st-1", "name": "Station 1", "camera": {"source": "none"}, "identity": {"assurance": "face"},
    "detectors": {"fire_pin": 5, "smoke_pin": 6, "tamper_pin": 12, "motion_pin": 13, "welfare": {"after_s": 60, "answer_s": 20}},
    "access": {"most_inside": 2, "tries_per_person": 20, "tries_per_station": 200},
})  # fmt: skip
RIGHT, DURESS, WRONG = "a" * 64, "d" * 64, "f" * 64
PEOPLE = [Person(person="p-an", number="1001", code_digest=RIGHT, duress_digest=DURESS), Person(person="p-bo", number="1002", code_digest="b" * 64)]
ROSTER = Roster(version=1, salt="5a" * 16, people=PEOPLE).model_dump_json().encode()
LEASE_S = outputs(CONFIG)[LOCK].longest_s
WAITS = (0.0, 0.01, 0.05, 0.06, 0.1, 0.19, 0.2, 0.25, 0.3, 1.0, 1.6, 4.9, 5.1, 6.0)
LONG_WAITS = (12.0, 31.0, 61.0)
LATE = (0.3, 1.0, 3.0, 9.0)
"""s for which the loop does not come round."""
SLACK_S = 1e-6


class Broken(AssertionError):
    """A rule did not hold."""


class Memory:
    """A ledger that keeps facts and the faults that outlive a restart; `fails` as a full disk does."""

    def __init__(self) -> None:
        self.fails = False
        self.faults: dict[tuple[f.FaultCode, str], StoreFault] = {}

    def load(self) -> Restored:
        return Restored("0badcafe", 1, 0, "0badcafe", 1, 0, roster=ROSTER, faults=list(self.faults.values()))

    def commit(self, facts: Sequence[f.Fact], records: Sequence[Record], stamp: Stamp) -> list[Row]:
        if self.fails:
            raise StoreFailed("memory: full", True)
        for record in records:
            if isinstance(record, StoreFault):
                self.faults[record.fault, record.part] = record
            elif isinstance(record, DropFault):
                self.faults.pop((record.fault, record.part), None)
        return []

    def rows(self, after: int, count: int) -> list[Row]:
        return []

    def forget(self, upto: int) -> None:
        """Nothing is kept."""

    def tidy(self) -> bool:
        return self.fails

    def restamp(self, ranges: Sequence[tuple[int, int]], offset_ms: int) -> None:
        """Nothing is kept."""

    def used_bytes(self) -> int:
        return 0

    def add(self, data: str, stamp: Stamp) -> int:
        """As the store of samples, like what follows."""
        return 0

    def span(self, low: int, high: int, thin: bool) -> None:
        return None

    def thin(self, low: int, high: int) -> None:
        """Nothing is kept."""


class Nothing:
    """Link, digests, heart and eyes to which nothing matters here."""

    def send(self, topic: str, payload: bytes, qos: int, retain: bool) -> bool:
        return True

    def submit(self, asked: m.DigestCode) -> None:
        """Digests are posted by the sequence itself."""

    def beat(self) -> None:
        """Nobody listens."""

    def order(self, order: m.FaceOrder) -> None:
        """No faces."""


class Strike:
    """The one line that matters, with its hard timer. `secured` counts every order of software to lock."""

    def __init__(self, post: Callable[[Input], None]) -> None:
        self._post = post
        self.on = False
        self.ends = float("inf")
        self.secured = 0

    def set(self, output: str, on: bool, now: float) -> None:
        if output != LOCK:
            raise Broken(f"{output} does not exist here")
        self.on, self.ends, self.secured = on, now + LEASE_S if on else float("inf"), self.secured + (not on)

    def expire(self, now: float) -> None:
        if now >= self.ends:
            self.on, self.ends = False, float("inf")
            self._post(m.LeaseEnded(LOCK))

    def blink(self, seconds: float) -> None:
        """Nothing to see."""


class Evening:
    """One sequence. The shadow: `burning` is the fire input, `held` whether the door must be free."""

    def __init__(self, seed: int) -> None:
        self.seed, self.random, self.clock, self.disk = seed, Random(seed), TwinClock(), Memory()
        self.last: deque[str] = deque(maxlen=12)
        self.burning = self.held = self.closed = False
        self.off_at = self.exit_at = self.excused_at = self.told_at = float("-inf")
        self.pressed = False
        self.boots = count(1)
        self.boot()
        self.hear(m.GuardChanged(True), m.CameraChanged(True, ""))
        self.edge(True)
        self.wait(0.2)

    # ---- the station

    def boot(self) -> None:
        """A new agent; every line posts its level, as the adapter does."""
        restored, inbox, near = self.disk.load(), Inbox(), Nothing()
        self.strike = Strike(inbox.put)
        core = Core(CONFIG, restored, f"{next(self.boots):08x}", "0", "0" * 64, repeat(0))
        self.station, self.inbox = Station(core, Surroundings(self.clock, self.strike, self.disk, self.disk, near, near, near, near), inbox), inbox
        made, self.facts = core._route, list[f.Fact]()

        def route(heard: Input, now: float) -> m.Effects:
            effects = made(heard, now)
            self.facts += effects.facts
            return effects

        core._route = route  # type: ignore[method-assign]  # looks on, changes nothing
        self.station.start()
        self._facts_of_ticks()
        self.hear(LineChanged("fire", self.burning), m.ContactChanged(self.closed), m.GuardChanged(True))
        if self.pressed:
            self.exit_at = self.excused_at = self.clock.monotonic()
            self.hear(m.ExitPressed(True))

    def _facts_of_ticks(self) -> None:
        """Openings are told by ticks too: the debounced contact."""
        ticked = self.station.core.tick

        def tick(now: float) -> m.Effects:
            effects = ticked(now)
            self.facts += effects.facts
            return effects

        self.station.core.tick = tick  # type: ignore[method-assign]  # as above

    def hear(self, *heard: Input) -> None:
        for each in heard:
            self.last.append(type(each).__name__ + (f" {each.on}" if isinstance(each, LineChanged) else ""))
            self.inbox.put(each)
            self.step()

    def step(self) -> None:
        """The loop comes round, and what it did is looked at."""
        before = self.strike.secured
        if self.inbox.empty():
            self.station.step(None)
        while not self.inbox.empty():
            self.station.step(self.inbox.get())
        if self.held and self.strike.secured != before:
            raise Broken(f"seed {self.seed}: software locked the door while fire held it free; {list(self.last)}")
        if self.held and not self.strike.on:
            raise Broken(f"seed {self.seed}: the door is locked while fire must hold it free; {list(self.last)}")
        self._look_at_exits()

    def _look_at_exits(self) -> None:
        """Each press is told, and nobody who pressed is a burglar, until the door has closed behind them."""
        now = self.clock.monotonic()
        for fact in self.facts:
            if isinstance(fact, f.ExitRequested):
                self.told_at = now
            if isinstance(fact, f.DoorClosed):
                self.excused_at = float("-inf")
            forced = isinstance(fact, f.DoorOpened) and fact.cause is f.DoorCause.FORCED
            if forced and (self.held or self.pressed or now < self.excused_at + EXIT_COUNTS_S - SLACK_S):
                raise Broken(f"seed {self.seed}: an exit was called a break-in; {list(self.last)}")
        self.facts.clear()

    def wait(self, seconds: float) -> None:
        """Awake at every deadline of the core, at most some hundred times a second."""
        until = self.clock.monotonic() + seconds
        while True:
            now = self.clock.monotonic()
            if self.held and now >= self.strike.ends:
                raise Broken(f"seed {self.seed}: the lease of the strike ran out in a fire; {list(self.last)}")
            self.strike.expire(now)
            self.step()
            if now >= until:
                return
            self.clock.move(max(min(self.station.core.deadline(), until) - now, 0.01 if now + 0.01 <= until else until - now))

    # ---- what happens

    def fire(self, on: bool) -> None:
        if self.burning and not on:
            self.off_at = self.clock.monotonic()
        self.burning, self.held = on, self.held or on
        self.hear(LineChanged("fire", on))

    def reset(self) -> None:
        """A steward on the spot."""
        self.last.append("reset")
        self.wait(0)
        now = self.clock.monotonic()
        over = not self.burning and now >= self.off_at + OVER_S
        self.held = self.held and not over
        effects = self.station.core.detectors.fire.reset(now)
        self.station._finish(effects, now)
        self.step()

    def edge(self, closed: bool) -> None:
        self.closed = closed
        self.hear(m.ContactChanged(closed))

    def exit(self, pressed: bool) -> None:
        now = self.clock.monotonic()
        fresh = pressed and now >= self.exit_at + EXIT_QUIET_S
        self.pressed, self.exit_at, self.excused_at = pressed, now, now
        strike = self.strike.on
        self.hear(m.ExitPressed(pressed))
        if fresh and self.told_at != now:
            raise Broken(f"seed {self.seed}: a request to leave was not heard; {list(self.last)}")
        if strike and not self.strike.on and now < self.strike.ends - LEASE_S:
            raise Broken(f"seed {self.seed}: leaving locked the door; {list(self.last)}")

    def leave(self) -> None:
        """Somebody goes: button, handle, spring."""
        self.exit(True)
        self.edge(False)
        self.wait(0.1)
        self.exit(False)
        self.edge(True)
        self.wait(0.1)

    def _late(self) -> None:
        """The loop hangs, and the hard timer goes on."""
        self.last.append("late")
        self.clock.move(self.random.choice(LATE))
        self.strike.expire(self.clock.monotonic())
        self.wait(0)

    def _killed(self) -> None:
        """The guard drops the line; another agent begins. What the disk never took is not known to it, unless the input still says so."""
        self.last.append("killed")
        self.clock.move(2.5)
        stored = {code for code, _ in self.disk.faults}
        self.held = self.burning or bool(stored & {f.FaultCode.FIRE, f.FaultCode.FIRE_RESET_DUE})
        self.off_at = self.clock.monotonic() if f.FaultCode.FIRE in stored else float("-inf")
        self.exit_at = self.excused_at = self.told_at = float("-inf")
        self.boot()

    def _say(self) -> None:
        """Anything else that adapters post."""
        pick, now = self.random.choice, self.clock.monotonic()
        digest = pick((RIGHT, RIGHT, RIGHT, DURESS, WRONG))
        self.hear(pick((
            m.CodeDigested("1001", digest, m.CodeSource.SCREEN, now), m.CodeDigested("1002", "b" * 64, m.CodeSource.QR, now),
            FaceCompared(self.random.randrange(10**6), 3, "p-an", 0.1, 0.7, 20, now), m.CodeTyped("1001", "2468"), m.QrRead("SSC:1001:2468"),
            m.GuardChanged(False), m.GuardChanged(True), m.GuardChanged(True), m.CameraChanged(False, ""), m.CameraChanged(True, ""),
            m.LeaveAsked(), m.MoreTimeAsked(), m.LeaseEnded(LOCK), m.StoreChanged(True, False), m.StoreChanged(False, True, "full"),
            m.LinkChanged(True, ""), m.LinkChanged(False, ""), m.RosterReceived(ROSTER.replace(b'"version":1', b'"version":%d' % pick((2, 3, 9)))),
            m.RosterReceived(b"{}"), m.CommandReceived(b'{"kind":"identify","id":"c-1"}'), m.CommandReceived(b"no command"),
            LineChanged("smoke", pick((True, False))), LineChanged("tamper", pick((True, False))), LineChanged("motion", pick((True, False))),
            replace(self.clock.wall(), synchronised=pick((True, False))), m.InputFaulty("qr", "too large"), m.AnswerTyped("2468"),
        )))  # fmt: skip

    def act(self) -> None:
        """One of everything, the grave ones more often."""
        match self.random.randrange(22):
            case 0 | 1:
                self.fire(True)
            case 2 | 3:
                self.fire(False)
            case 4 | 5:
                self.edge(self.random.random() < 0.5)
            case 6:
                self.exit(True)
            case 7:
                self.exit(False)
            case 8:
                self.leave()
            case 9 | 10:
                self.reset()
            case 11:
                self.disk.fails = not self.disk.fails
                self.last.append(f"disk {self.disk.fails}")
            case 12:
                self._late()
            case 13 if self.random.random() < 0.5:
                self._killed()
            case 14 | 15 | 16:
                self.wait(self.random.choice(LONG_WAITS if self.random.random() < 0.03 else WAITS))
            case _:
                self._say()


def run(seed: int, acts: int = 14) -> Evening:
    """One sequence to its end, with the door then opened from inside. Raises: Broken."""
    sequence = Evening(seed)
    for _ in range(acts):
        sequence.act()
    sequence.leave()
    return sequence
