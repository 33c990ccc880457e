"""Door: locked -> released -> open -> held open; forced; request-to-exit.

The strike is released for entry only. Leaving is mechanical: no state of this machine, and no failure, holds a person.
"""

from enum import Enum
from math import inf

from contract.config import DoorConfig
from contract.facts import DoorCause, DoorClosed, DoorHeldOpen, DoorLocked, DoorOpened, DoorUnlocked, ExitRequested, Fact
from edge.domain.messages import Effects, SetOutput
from edge.domain.safe_state import LOCK

EXIT_COUNTS_S = 10.0
"""An opening within this time after a request-to-exit is an exit, not a break-in."""

EXIT_QUIET_S = 1.0
"""Edges of the exit button that follow each other faster are one press."""


class DoorState(Enum):
    """What the screen and the operators are told."""

    LOCKED = "locked"
    RELEASED = "released"
    OPEN = "open"
    HELD_OPEN = "held_open"


class Door:
    """One door with strike, contact and request-to-exit."""

    def __init__(self, config: DoorConfig) -> None:
        self._config = config
        self.state = DoorState.LOCKED
        self.visit: str | None = None
        self._relock_at = inf
        self._held_at = inf
        self.opened_at = 0.0
        self.cause = DoorCause.EXIT
        self._exit_pressed = False
        self._exit_until = -inf
        self._exit_quiet_until = -inf
        self._contact: bool | None = None
        self._raw: bool | None = None
        self._settles_at = inf
        self._unrecorded = False
        self._before: tuple[float, str | None] = (inf, None)

    @property
    def forced(self) -> bool:
        """Open without anybody having been let in or out."""
        return self.cause is DoorCause.FORCED and self.state in (DoorState.OPEN, DoorState.HELD_OPEN)

    def deadline(self) -> float:
        """When tick has something to do; inf for never."""
        return min(self._relock_at, self._held_at, self._settles_at)

    def release(self, visit: str, now: float) -> Effects:
        """Let one visit in. The strike is on after the step's facts are stored, and off again after unlock_s at the latest."""
        if self.state in (DoorState.OPEN, DoorState.HELD_OPEN):
            self.visit = visit
            return Effects()
        self._before = self._relock_at, self.visit
        self.state, self.visit, self._unrecorded = DoorState.RELEASED, visit, True
        self._relock_at = now + self._config.unlock_s
        return Effects([SetOutput(LOCK, True)], [DoorUnlocked(visit=visit, longest_s=self._config.unlock_s)])

    def recorded(self) -> None:
        """The release is in the ledger."""
        self._unrecorded = False

    def revoke(self) -> Effects:
        """The release could not be recorded: it never was. One before it, which is on record, goes on to its own end."""
        if not self._unrecorded:
            return Effects()
        self._unrecorded = False
        self._relock_at, self.visit = self._before
        if self._relock_at < inf:
            return Effects()
        self._lock()
        return Effects([SetOutput(LOCK, False)])

    def exit(self, pressed: bool, now: float) -> Effects:
        """Request-to-exit was pressed or let go; one fact a press."""
        fresh = pressed and now >= self._exit_quiet_until
        self._exit_pressed, self._exit_until, self._exit_quiet_until = pressed, now + EXIT_COUNTS_S, now + EXIT_QUIET_S
        return Effects(facts=[ExitRequested()] if fresh else [])

    def contact(self, closed: bool, now: float) -> Effects:
        """A raw edge; it counts once it has stood for debounce_s. Where the loop was late, what stood so long before this edge counts first."""
        effects = self.tick(now)
        self._raw = closed
        self._settles_at = now + self._config.debounce_s if closed is not self._contact else inf
        effects.add(self.tick(now))
        return effects

    def tick(self, now: float) -> Effects:
        """Everything that is due by now."""
        effects = Effects()
        if now >= self._settles_at:
            effects.add(self._settled(now))
        if now >= self._relock_at:
            effects.add(self._time_over())
        if now >= self._held_at:
            effects.add(self._held(now))
        return effects

    def _time_over(self) -> Effects:
        """The strike is off at once; an edge that came before and is not debounced yet decides whether somebody entered."""
        if self._settles_at == inf:
            return self._relock(opened=False)
        self._relock_at = self._settles_at
        return Effects([SetOutput(LOCK, False)])

    def _settled(self, now: float) -> Effects:
        first, self._contact, self._settles_at = self._contact is None, self._raw, inf
        if self._contact:
            return self._closed(now) if not first else Effects()
        return self._opened(now, first)

    def _opened(self, now: float, first: bool) -> Effects:
        self.cause = self._why(now, first)
        effects = self._relock(opened=True) if self.state is DoorState.RELEASED else Effects()
        self.state, self.opened_at = DoorState.OPEN, now
        self._held_at = now + self._config.held_open_s
        opened: list[Fact] = [] if first else [DoorOpened(cause=self.cause)]
        effects.facts = opened + effects.facts
        return effects

    def _why(self, now: float, first: bool) -> DoorCause:
        """Somebody let in who meets somebody leaving counts as entering: the one in the rain gets the benefit."""
        if self.state is DoorState.RELEASED:
            return DoorCause.ENTRY
        return DoorCause.EXIT if first or self._exit_pressed or now < self._exit_until else DoorCause.FORCED

    def _closed(self, now: float) -> Effects:
        if self.state not in (DoorState.OPEN, DoorState.HELD_OPEN):
            return Effects()
        self._lock()
        self._exit_until = -inf
        return Effects(facts=[DoorClosed(open_s=round(now - self.opened_at, 2))])

    def _held(self, now: float) -> Effects:
        alarm = self.state is DoorState.HELD_OPEN
        self.state = DoorState.HELD_OPEN
        self._held_at = inf if alarm else self.opened_at + self._config.alarm_s
        return Effects(facts=[DoorHeldOpen(open_s=round(now - self.opened_at, 1), alarm=alarm)])

    def _relock(self, opened: bool) -> Effects:
        self._lock()
        return Effects([SetOutput(LOCK, False)], [DoorLocked(opened=opened)])

    def _lock(self) -> None:
        self.state, self._relock_at, self._held_at, self._unrecorded = DoorState.LOCKED, inf, inf, False
