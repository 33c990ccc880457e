"""Door: locked -> released -> open -> held open; forced; request-to-exit.

The strike is released for entry only. Leaving is mechanical: no state of this machine, and no failure, holds a person.
While fire holds it free (edge/domain/fire.py) the strike is released and asked for again and again: every action that would secure it
comes from `_off`, and `_off` has none then.
"""

from enum import Enum
from math import inf

from contract.config import DoorConfig
from contract.facts import DoorCause, DoorClosed, DoorHeldOpen, DoorLocked, DoorOpened, DoorUnlocked, ExitRequested, Fact
from edge.domain.messages import Action, Effects, SetOutput
from edge.domain.safe_state import LOCK

EXIT_COUNTS_S = 10.0
"""An opening within this time after a request-to-exit is an exit, not a break-in."""

EXIT_QUIET_S = 1.0
"""Edges of the exit button that follow each other faster are one press."""

EXIT_STUCK_S = 60.0
"""A button that is pressed for so long sticks. It is wired to the strike: then anybody can come in."""

RENEW_S = 0.5
"""A strike that fire holds free is asked for again so often: its lease is 1.5 s at least."""


class DoorState(Enum):
    """What the screen and the operators are told."""

    LOCKED = "locked"
    RELEASED = "released"
    OPEN = "open"
    HELD_OPEN = "held_open"


class Door:
    """One door with strike, contact and request-to-exit."""

    def __init__(self, config: DoorConfig) -> None:
        self.config = config
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
        self.free = self.exit_stuck = False
        self._renew_at = self._stuck_at = inf
        self._awaited_until = -inf

    @property
    def forced(self) -> bool:
        """Open without anybody having been let in or out."""
        return self.cause is DoorCause.FORCED and self.state in (DoorState.OPEN, DoorState.HELD_OPEN)

    def deadline(self) -> float:
        """When tick has something to do; inf for never."""
        return min(self._relock_at, self._held_at, self._settles_at, self._renew_at, self._stuck_at)

    def hold_free(self, now: float) -> Effects:
        """Fire: release the strike at once, whatever the disk says, and keep it so until `secure`. May be said again."""
        if not self.free:
            self.free, self._renew_at, self._relock_at, self._held_at, self._unrecorded = True, -inf, inf, inf, False
            self.state = self._shut() if self.state is DoorState.LOCKED else self.state
        if now < self._renew_at:
            return Effects()
        self._renew_at = now + RENEW_S
        return Effects([SetOutput(LOCK, True, emergency=True)])

    def lease_over(self) -> None:
        """The hard timer was first, since this loop was late: a strike that fire holds free is asked for at the next tick."""
        self._renew_at = -inf if self.free else inf

    def secure(self, now: float) -> Effects:
        """The fire is over and somebody reset it on the spot: the strike is as it was before."""
        if not self.free:
            return Effects()
        self.free, self._renew_at = False, inf
        if self.state is DoorState.RELEASED:
            self._lock()
        else:
            self.state, self._held_at = DoorState.OPEN, now + self.config.held_open_s
        return Effects(self._off())

    def release(self, visit: str | None, now: float) -> Effects:
        """Let one visit in, or whoever stands there (None). The strike is on after the step's facts are stored, and off after unlock_s at the latest."""
        if self.free or self.state in (DoorState.OPEN, DoorState.HELD_OPEN):
            self.visit, self._awaited_until = visit, now + self.config.unlock_s
            return Effects()
        self._before = self._relock_at, self.visit
        self.state, self.visit, self._unrecorded = DoorState.RELEASED, visit, True
        self._relock_at = now + self.config.unlock_s
        told: list[Fact] = [DoorUnlocked(visit=visit, longest_s=self.config.unlock_s)] if visit else []
        return Effects([SetOutput(LOCK, True)], told)

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
        return Effects(self._off())

    def exit(self, pressed: bool, now: float) -> Effects:
        """Request-to-exit was pressed or let go; one fact a press."""
        fresh = pressed and now >= self._exit_quiet_until
        if pressed != self._exit_pressed:
            self._stuck_at, self.exit_stuck = now + EXIT_STUCK_S if pressed else inf, False
        self._exit_pressed, self._exit_until, self._exit_quiet_until = pressed, now + EXIT_COUNTS_S, now + EXIT_QUIET_S
        return Effects(facts=[ExitRequested()] if fresh else [])

    def contact(self, closed: bool, now: float) -> Effects:
        """A raw edge; it counts once it has stood for debounce_s. Where the loop was late, what stood so long before this edge counts first."""
        effects = self.tick(now)
        self._raw = closed
        self._settles_at = now + self.config.debounce_s if closed is not self._contact else inf
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
        if now >= self._stuck_at:
            self._stuck_at, self.exit_stuck = inf, True
        if self.free:
            effects.add(self.hold_free(now))
        return effects

    def _time_over(self) -> Effects:
        """The strike is off at once; an edge that came before and is not debounced yet decides whether somebody entered."""
        if self._settles_at == inf:
            return self._relock(opened=False)
        self._relock_at = self._settles_at
        return Effects(self._off())

    def _settled(self, now: float) -> Effects:
        first, self._contact, self._settles_at = self._contact is None, self._raw, inf
        if self._contact:
            return self._closed(now) if not first else Effects()
        return self._opened(now, first)

    def _opened(self, now: float, first: bool) -> Effects:
        self.cause = self._why(now, first)
        effects = self._relock(opened=True) if self.state is DoorState.RELEASED and not self.free else Effects()
        self.state, self.opened_at = DoorState.OPEN, now
        self._held_at = inf if self.free else now + self.config.held_open_s
        opened: list[Fact] = [] if first else [DoorOpened(cause=self.cause)]
        effects.facts = opened + effects.facts
        return effects

    def _why(self, now: float, first: bool) -> DoorCause:
        """Somebody let in who meets somebody leaving counts as entering: the one in the rain gets the benefit. At a fire people leave."""
        if self.free:
            awaited, self._awaited_until = now < self._awaited_until, -inf
            return DoorCause.ENTRY if awaited else DoorCause.EXIT
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
        self._held_at = inf if alarm else self.opened_at + self.config.alarm_s
        return Effects(facts=[DoorHeldOpen(open_s=round(now - self.opened_at, 1), alarm=alarm)])

    def _relock(self, opened: bool) -> Effects:
        self._lock()
        return Effects(self._off(), [DoorLocked(opened=opened)])

    def _off(self) -> list[Action]:
        """What secures the strike: nothing, while fire holds it free."""
        return [] if self.free else [SetOutput(LOCK, False)]

    def _shut(self) -> DoorState:
        """The state of a door that is not open."""
        return DoorState.RELEASED if self.free else DoorState.LOCKED

    def _lock(self) -> None:
        self.state, self._relock_at, self._held_at, self._unrecorded = self._shut(), inf, inf, False
