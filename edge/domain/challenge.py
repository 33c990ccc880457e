"""The head-turn challenge: who was asked to look left, right or to nod must do so, in time, on one tracked face. Pure.

A flat picture can not do it: printed portraits, tilted up to 55 degrees and bent around the vertical, moved the nose at most
0.13 (flat) and 0.22 (bent) of an eye distance to a side [9 portraits, rendered]; people reach 0.3 and more, where the
built-in detector begins to lose them. Tilted up or down a print does nod, so a nod is never asked alone. A video of the
right movements, or a live person's mask, passes: this is no
proof of life, and nothing here measures depth or heat.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from math import inf
from statistics import median

from contract.config import IdentityConfig
from edge.domain.sight import FacePosed

BASELINE_FRAMES = 3
BASELINE_SPREAD = 0.10
BASELINE_YAW = 0.25
"""How still and how straight one must look for the first three frames; half a second for somebody who stands there."""
REACHED_FRAMES = 2
"""One frame can be a slip of the landmarks."""
ON_THE_WAY = (0.25, 0.85)
"""Parts of the way to the goal in which a frame must be seen: a head turns through them, one picture held after another does not."""
BACK_PART = 0.5
SLIPPED_PART = 0.7
WRONG_PART = 0.8
"""Parts of the goal: back at the front, not held after all, a turn to the wrong side."""
LONGEST_GAP_S = 1.0
"""Longer without a pose, and somebody may have taken the place."""


class Turn(Enum):
    """What is asked. Sides are the person's own."""

    LEFT = "left"
    RIGHT = "right"
    NOD = "nod"


class Outcome(Enum):
    """How it stands."""

    GOING = "going"
    PASSED = "passed"
    FAILED = "failed"


@dataclass(frozen=True)
class Prompt:
    """What the screen says now: `turn` None is "look straight here"; `until` is monotonic s."""

    turn: Turn | None
    done: int
    of: int
    until: float


SIDES = (Turn.LEFT, Turn.RIGHT)


def drawn(count: int, chance: Iterator[int]) -> tuple[Turn, ...]:
    """`count` movements, none twice in a row, at least one to a side. `chance` yields integers that nobody can foresee."""
    wanted = [SIDES[next(chance) % 2]]
    while len(wanted) < count:
        others = [turn for turn in Turn if turn is not wanted[-1]]
        wanted.append(others[next(chance) % len(others)])
    return tuple(wanted if next(chance) % 2 else reversed(wanted))


class Challenge:
    """One challenge of one track. Feed poses and time; read `outcome` and `prompt`."""

    def __init__(self, config: IdentityConfig, track: int, turns: tuple[Turn, ...], now: float) -> None:
        self._config, self.track, self._turns = config, track, turns
        self._base: list[FacePosed] = []
        self._done = self._reached = 0
        self._under_way = self._returning = False
        self._until, self._posed_at = now + config.turn_s, inf
        self.outcome = Outcome.GOING

    @property
    def prompt(self) -> Prompt:
        """For screen and voice."""
        asked = None if len(self._base) < BASELINE_FRAMES or self._returning or self._done == len(self._turns) else self._turns[self._done]
        return Prompt(asked, self._done, len(self._turns), self._until)

    def deadline(self) -> float:
        """When tick has something to do."""
        return self._until

    def tick(self, now: float) -> None:
        """Time is up."""
        if self.outcome is Outcome.GOING and now >= self._until:
            self.outcome = Outcome.FAILED

    def fail(self) -> None:
        """Something beside the poses went wrong: another face, a frozen picture."""
        if self.outcome is Outcome.GOING:
            self.outcome = Outcome.FAILED

    def pose(self, seen: FacePosed, now: float) -> None:
        """One frame. Another track, a gap, or a number that is none, ends it."""
        self.tick(now)
        if self.outcome is not Outcome.GOING:
            return
        if seen.track != self.track or now - self._posed_at > LONGEST_GAP_S or not abs(seen.yaw) + abs(seen.pitch) < 10:
            self.outcome = Outcome.FAILED
            return
        self._posed_at = now
        if len(self._base) < BASELINE_FRAMES:
            self._baseline(seen, now)
        elif self._returning:
            self._back(seen, now)
        else:
            self._turning(seen)

    def _baseline(self, seen: FacePosed, now: float) -> None:
        self._base.append(seen)
        yaws, pitches = [each.yaw for each in self._base], [each.pitch for each in self._base]
        if max(map(abs, yaws)) > BASELINE_YAW or max(max(v) - min(v) for v in (yaws, pitches)) > BASELINE_SPREAD:
            self._base = []
        elif len(self._base) == BASELINE_FRAMES:
            self._until = now + self._config.turn_s

    def _turning(self, seen: FacePosed) -> None:
        asked = self._turns[self._done]
        part = self._part(asked, seen)
        self._under_way |= ON_THE_WAY[0] <= part <= ON_THE_WAY[1]
        if self._wrong(asked, seen):
            self.outcome = Outcome.FAILED
        elif part >= 1 and self._under_way:
            self._reached += 1
            self._returning = self._reached >= REACHED_FRAMES
        elif part < SLIPPED_PART:
            self._reached = 0

    def _back(self, seen: FacePosed, now: float) -> None:
        if self._part(self._turns[self._done], seen) > BACK_PART:
            return
        self._done += 1
        self._reached, self._under_way, self._returning = 0, False, False
        self._until = now + self._config.turn_s
        if self._done == len(self._turns):
            self.outcome = Outcome.PASSED

    def _part(self, turn: Turn, seen: FacePosed) -> float:
        """How much of the asked movement: 1 is enough."""
        yaw = (seen.yaw - median(each.yaw for each in self._base)) / self._config.turn_ratio
        if turn is Turn.NOD:
            return abs(seen.pitch - median(each.pitch for each in self._base)) / self._config.nod_ratio
        return yaw if turn is Turn.LEFT else -yaw

    def _wrong(self, asked: Turn, seen: FacePosed) -> bool:
        """To the other side, or to a side when a nod was asked. Otherwise turning both ways would always pass."""
        left = self._part(Turn.LEFT, seen)
        return abs(left) >= WRONG_PART if asked is Turn.NOD else self._part(asked, seen) <= -WRONG_PART
