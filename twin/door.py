"""The door of the room: a spring, an electric strike, a contact switch that bounces, an exit button, people's hands.

The handle on the inside is mechanical: it opens whatever the strike does. The contact and the exit button short their
line to ground. Nothing here decides who may enter.
"""

from collections import deque
from dataclasses import dataclass
from enum import Enum
from random import Random

from contract.config import DoorConfig
from twin.lines import Lines

OPEN_S = 0.8  # a hand opens it this fast
CLOSE_S = 3.0  # and the spring closes it this slowly
CONTACT_RATIO = 0.02  # the magnet lets go of the switch here
BOUNCE_S = (0.0003, 0.0015)  # between two edges of one bounce: 5 edges take at most 6 ms


class Hand(Enum):
    """Which side of the door somebody pulls or pushes at."""

    OUTSIDE = "outside"
    INSIDE = "inside"


@dataclass(frozen=True)
class DoorTruth:
    """What is really so, whatever the sensors say."""

    is_open: bool
    opening_ratio: float
    lock_released: bool
    exit_pressed: bool
    opened: int
    entered: int


class Door:
    """The door and what is screwed to it. `now` is in seconds of the room's own time."""

    def __init__(self, config: DoorConfig, lines: Lines, random: Random) -> None:
        self.opening_ratio = 0.0
        self.opened = 0  # how often it left the closed position
        self.entered = 0  # how often it was opened from outside through a released strike
        self.contact_stuck = False
        self.exit_stuck = False
        self.fire_relay = False  # hardware: cuts the strike free while the alarm is on
        self._config = config
        self._lines = lines
        self._random = random
        self._hand: Hand | None = None
        self._hand_until = 0.0
        self._forced = False
        self._exit_until = 0.0
        self._exit_was_pressed = False
        self._contact_closed = True
        self._bounces: deque[tuple[float, bool]] = deque()
        lines.wire(config.lock_pin, not config.lock_active_high)
        lines.drive(config.contact_pin, False)

    @property
    def lock_released(self) -> bool:
        """Whether the strike would let the door go now."""
        return self._lines.level(self._config.lock_pin) == self._config.lock_active_high

    @property
    def is_open(self) -> bool:
        """Whether the door has left its closed position."""
        return self.opening_ratio > CONTACT_RATIO

    @property
    def moving(self) -> bool:
        """Whether a next step could change anything by itself."""
        pressing = self._exit_was_pressed or self._exit_until > 0
        return self._hand is not None or self.opening_ratio > 0 or bool(self._bounces) or pressing

    def take(self, hand: Hand, now: float, hold_s: float) -> bool:
        """Put a hand on the door for some time; return whether it gives. A hand at a locked door goes on pulling."""
        self._hand, self._hand_until = hand, now + hold_s
        return self._gives()

    def let_go(self) -> None:
        """Take all hands off the door."""
        self._hand = None

    def force(self) -> None:
        """Break the strike open; it holds again once the door has closed."""
        self._forced = True

    def press_exit(self, now: float, seconds: float) -> None:
        """Press the exit button for some time."""
        self._exit_until = now + seconds

    def step(self, dt_s: float, now: float) -> None:
        """Let time pass; `now` is the end of the step."""
        if self._hand is not None and now >= self._hand_until:
            self._hand = None
        self._sense_exit(now - dt_s)
        self._move(dt_s)
        self._sense_contact(now)

    def truth(self) -> DoorTruth:
        """Return what is really so."""
        return DoorTruth(
            self.is_open, self.opening_ratio, self.lock_released, self._exit_was_pressed, self.opened, self.entered
        )

    def _gives(self) -> bool:
        by_itself = self._forced or self._exit_was_pressed or self.fire_relay  # button and fire relay are wired to the strike
        return self.opening_ratio > 0 or self.lock_released or by_itself or self._hand is Hand.INSIDE

    def _move(self, dt_s: float) -> None:
        was_open = self.is_open
        if self._hand is not None and self._gives():
            self.opening_ratio = min(1.0, self.opening_ratio + dt_s / OPEN_S)
        elif self.opening_ratio > 0:
            self.opening_ratio = max(0.0, self.opening_ratio - dt_s / CLOSE_S)
            self._forced = self._forced and self.opening_ratio > 0
        if self.is_open and not was_open:
            self.opened += 1
            self.entered += self._hand is Hand.OUTSIDE and self.lock_released

    def _sense_contact(self, now: float) -> None:
        if self._contact_closed == self.is_open:
            self._contact_closed = not self.is_open
            self._bounce(now)
        while self._bounces and self._bounces[0][0] <= now:
            _, closed = self._bounces.popleft()
            if not self.contact_stuck:
                self._short(self._config.contact_pin, closed)

    def _bounce(self, now: float) -> None:
        """A metal contact closes or opens several times before it rests: one, three or five edges."""
        at, closed = now, self._contact_closed
        for _ in range(self._random.choice((1, 3, 3, 5))):
            self._bounces.append((at, closed))
            at, closed = at + self._random.uniform(*BOUNCE_S), not closed

    def _sense_exit(self, now: float) -> None:
        pressed = now < self._exit_until or self.exit_stuck
        if not pressed:
            self._exit_until = 0.0
        if pressed != self._exit_was_pressed:
            self._exit_was_pressed = pressed
            self._short(self._config.exit_pin, pressed)

    def _short(self, pin: int, closed: bool) -> None:
        self._lines.drive(pin, False if closed else None)

    def unstick_contact(self) -> None:
        """Let the contact tell the truth again."""
        self.contact_stuck = False
        self._short(self._config.contact_pin, self._contact_closed)
