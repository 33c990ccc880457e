"""The door against a shadow of it: released only by a recorded grant and for unlock_s, no alarm after an exit, no fact from a bounce."""

from __future__ import annotations

from math import inf

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from contract.config import DoorConfig
from contract.facts import DoorCause, DoorClosed, DoorHeldOpen, DoorLocked, DoorOpened, DoorUnlocked, ExitRequested, Fact
from edge.domain.door import EXIT_COUNTS_S, EXIT_QUIET_S, Door, DoorState
from edge.domain.messages import Effects, SetOutput
from edge.domain.safe_state import LOCK
from tests.properties.amount import machine

CONFIG = DoorConfig(unlock_s=5, held_open_s=30, alarm_s=60, debounce_s=0.05)
SHORT = st.sampled_from([0.0, 0.001, 0.01, 0.03, 0.049])
WAITS = st.sampled_from([0.05, 0.06, 0.3, 1.0, 2.5, 4.96, 5.0, 9.9, 31.0, 61.0])
SLACK = 1e-6


class DoorMachine(RuleBasedStateMachine):
    """`raw` is the contact as it is now, `since` when it last changed; `told` whether the door was last told as open."""

    def __init__(self) -> None:
        super().__init__()
        self.door, self.now, self.visits = Door(CONFIG), 1000.0, 0
        self.strike, self.granted_at = False, -inf
        self.raw, self.since, self.edge_released = True, -inf, False
        self.told: bool | None = None
        self.opened_at, self.warned, self.alarmed = 0.0, False, False
        self.exit_at, self.exit_told, self.exit_pressed = -inf, -inf, False
        self.take(self.door.contact(True, self.now))
        self.wait(0.1)

    # ---- what happens

    @rule(stored=st.booleans())
    def grant(self, stored: bool) -> None:
        self.visits += 1
        before = self.strike, self.door.state
        effects = self.door.release(f"0000000a-{self.visits}", self.now)
        if stored:
            self.door.recorded()
            self.take(effects)
        else:
            self.take(self.door.revoke())
            assert (self.strike, self.door.state) == before, "what could not be recorded never was"
        self.take(self.door.tick(self.now))

    @rule(closed=st.booleans())
    def edge(self, closed: bool) -> None:
        if closed != self.raw:
            self.raw, self.since = closed, self.now
            self.edge_released = self.strike
        self.take(self.door.contact(closed, self.now))

    @rule(gap=SHORT, count=st.integers(1, 3))
    def bounce(self, gap: float, count: int) -> None:
        """There and back again, each time for less than debounce_s."""
        for closed in [not self.raw, self.raw] * count:
            self.edge(closed)
            self.wait(gap)

    @rule(pressed=st.booleans())
    def exit(self, pressed: bool) -> None:
        self.exit_at, self.exit_pressed = self.now, pressed
        self.take(self.door.exit(pressed, self.now))

    @rule(seconds=SHORT | WAITS)
    def wait(self, seconds: float) -> None:
        """As the loop does: awake at every deadline."""
        until = self.now + seconds
        while self.door.deadline() <= until:
            self.now = max(self.now, self.door.deadline())
            self.take(self.door.tick(self.now))
        self.now = until
        self.take(self.door.tick(self.now))

    @precondition(lambda self: self.door.state is not DoorState.RELEASED)
    @rule(seconds=WAITS)
    def wait_busy(self, seconds: float) -> None:
        """The loop was late: one tick for all of it, then as usual."""
        self.now += seconds
        self.take(self.door.tick(self.now))
        self.wait(0.0)

    # ---- what must hold

    def take(self, effects: Effects) -> None:
        for action in effects.actions:
            assert isinstance(action, SetOutput) and action.output == LOCK
            self.strike = action.on
            self.granted_at = self.now if action.on else self.granted_at
        for fact in effects.facts:
            self.hear(fact)

    def hear(self, fact: Fact) -> None:
        match fact:
            case DoorOpened(cause=cause):
                self.opened(cause)
            case DoorClosed(open_s=open_s):
                assert self.told is True, "closed without having been opened"
                assert self.raw and self.now - self.since >= CONFIG.debounce_s - SLACK
                assert abs(open_s - (self.now - self.opened_at)) < 0.01
                self.told, self.exit_at = False, -inf
            case DoorHeldOpen(open_s=open_s, alarm=alarm):
                assert self.told is True and open_s >= (CONFIG.alarm_s if alarm else CONFIG.held_open_s) - 0.1
                assert not self.alarmed and self.warned == alarm, "each is told once an opening, in this order"
                self.warned, self.alarmed = True, alarm
            case ExitRequested():
                assert self.now >= self.exit_told + EXIT_QUIET_S - SLACK
                self.exit_told = self.now
            case DoorUnlocked() | DoorLocked():
                pass
            case _:
                raise AssertionError(f"the door may not say {fact}")

    def opened(self, cause: DoorCause) -> None:
        assert self.told is not True, "opened twice"
        assert not self.raw and self.now - self.since >= CONFIG.debounce_s - SLACK, "a bounce made a fact"
        if cause is DoorCause.FORCED:
            assert not self.exit_pressed and self.now >= self.exit_at + EXIT_COUNTS_S, "an exit was called a break-in"
            assert not self.edge_released, "somebody let in was called a break-in"
        if cause is DoorCause.ENTRY:
            assert self.now <= self.granted_at + CONFIG.unlock_s + CONFIG.debounce_s + SLACK
        self.told, self.opened_at, self.warned, self.alarmed = True, self.now, False, False

    @invariant()
    def the_strike_is_released_within_a_grant_only(self) -> None:
        if self.strike:
            assert self.door.state is DoorState.RELEASED
            assert self.now < self.granted_at + CONFIG.unlock_s

    @invariant()
    def an_open_door_has_its_strike_back(self) -> None:
        if self.door.state in (DoorState.OPEN, DoorState.HELD_OPEN):
            assert not self.strike

    @invariant()
    def time_alone_has_nothing_left_to_do(self) -> None:
        assert self.door.deadline() > self.now


TestDoor = pytest.mark.slow(DoorMachine.TestCase)
TestDoor.settings = machine(40, 40)
