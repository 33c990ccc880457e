"""What each order does, through the machine that it is about and under that machine's own rules. An order is no way around a rule of safety.

What drives an output or opens maintenance takes the way of every grant: it never was when it can not be recorded. What drives nothing
(blink, report, restart) is done in the step after its record.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from math import inf

from contract.config import StationConfig
from contract.orders import UNLOCKS_PER_HOUR, Order, OrderKind
from contract.signing import Flaw, TrustRefused
from edge.domain.door import DoorState
from edge.domain.entry import Entry
from edge.domain.faults import Faults, Service
from edge.domain.maintenance import Maintenance
from edge.domain.messages import Action, Effects, Rebuild
from edge.domain.notices import Notices
from edge.domain.room import Room
from edge.domain.screen import Notice
from edge.domain.status_light import StatusLight
from edge.domain.unlocks import Unlocks

IDENTIFY_S = 10.0
RESTART_WAITS_S = 120.0
"""So long at most a restart waits for sessions to end. A charge of hours is then interrupted, and settled at the next start."""
RESTART_SOON_S = 1.0
"""The reply goes out first."""


@dataclass
class Done:
    """What it comes to: words for the reply."""

    words: str
    effects: Effects = field(default_factory=Effects)


@dataclass(frozen=True)
class Machines:
    """What orders act on. `config`: the one in force; `refresh`: says the roster in force again, and looks again at the newest that was refused."""

    config: Callable[[], StationConfig]
    entry: Entry
    room: Room
    notices: Notices
    faults: Faults
    maintenance: Maintenance
    light: StatusLight
    refresh: Callable[[float], Effects]


class OrderActs:
    """Of one station."""

    def __init__(self, on: Machines, unlocks: Unlocks) -> None:
        self._on, self.unlocks = on, unlocks
        self._restart: tuple[float, float] | None = None

    def do(self, order: Order, now: float) -> Done:
        """One order, whole.

        Raises:
            TrustRefused: it can not be done now, or never here; nothing has changed.
        """
        if order.minutes is not None and order.order is not OrderKind.MAINTENANCE:
            raise TrustRefused(Flaw.CONTENT, f"minutes: {order.minutes} with {order.order.value}; only maintenance lasts")
        match order.order:
            case OrderKind.UNLOCK:
                return self._unlock(now)
            case OrderKind.MAINTENANCE:
                return self._maintenance(order.minutes, now)
            case OrderKind.IDENTIFY:
                if self._on.config().status.light_pin is None:
                    raise TrustRefused(Flaw.NOT_NOW, "no status light is fitted here (status.light_pin)")
                return Done(f"the status light blinks for {IDENTIFY_S:g} s")
            case OrderKind.REFRESH_ROSTER:
                return Done("the roster in force is reported again")
            case OrderKind.RESTART:
                return self._restarts()

    def afterwards(self, order: Order, now: float) -> Effects:
        """It is on record: what waited for that."""
        match order.order:
            case OrderKind.IDENTIFY:
                self._on.light.identify(IDENTIFY_S, now)
            case OrderKind.REFRESH_ROSTER:
                return self._on.refresh(now)
            case OrderKind.RESTART:
                self._restart = now + RESTART_SOON_S, now + RESTART_WAITS_S
        return Effects()

    def tick(self, now: float) -> Effects:
        """Everything that is due by now."""
        effects = Effects(records=[*self.unlocks.tick(now)])
        if self._restart and now >= self._restart[0]:
            effects.actions += self._restart_now(self._restart[1], now)
        return effects

    def deadline(self) -> float:
        """When tick has something to do; inf for never."""
        return min(self.unlocks.deadline(), self._restart[0] if self._restart else inf)

    def recorded(self) -> None:
        """The step's facts are in the ledger."""
        self.unlocks.recorded()

    def revoke(self, now: float) -> None:
        """They could not be stored. Door and maintenance take back their own."""
        self.unlocks.revoke()
        self._on.notices.over(Notice.UNLOCKED, now)

    def _unlock(self, now: float) -> Done:
        """For nobody: no visit begins. Whoever was let in and has not come in yet still may."""
        door = self._on.entry.door
        if door.free:
            raise TrustRefused(Flaw.NOT_NOW, "the fire alarm holds the door free; nothing is to be unlocked")
        if door.state in (DoorState.OPEN, DoorState.HELD_OPEN):
            raise TrustRefused(Flaw.NOT_NOW, "the door stands open")
        fault = self._on.faults.blocks(Service.ENTRY)
        if fault:
            raise TrustRefused(Flaw.NOT_NOW, f"the fault {fault.value} keeps the door from being unlocked")
        next_at = self.unlocks.next_at(now)
        if next_at > now:
            raise TrustRefused(Flaw.TOO_MANY, f"{UNLOCKS_PER_HOUR} remote unlocks within an hour; the next is possible in {next_at - now:.0f} s")
        effects = door.release(None, now)
        effects.records.append(self.unlocks.add(now))
        self._on.notices.show(Notice.UNLOCKED, now)
        return Done(f"unlocked for {self._on.config().door.unlock_s:g} s", effects)

    def _maintenance(self, minutes: int | None, now: float) -> Done:
        """For the steward at the screen, who does not need the PIN then."""
        longest_min = minutes or self._on.config().steward.longest_min
        effects = self._on.maintenance.grant(longest_min, now)
        if effects is None:
            raise TrustRefused(Flaw.NOT_NOW, "no steward stands at the screen: they come in first, then ask again")
        return Done(f"maintenance for {longest_min:g} min", effects)

    def _restarts(self) -> Done:
        if self._restart:
            raise TrustRefused(Flaw.NOT_NOW, "a restart waits already")
        soon = "restarts now" if self._quiet() else f"restarts as soon as nobody draws anything, in {RESTART_WAITS_S / 60:g} min at most"
        return Done(soon)

    def _restart_now(self, latest: float, now: float) -> list[Action]:
        """Never while fire holds the door free: the strike would go back until the agent is there again. Said until it is done."""
        self._restart = now + RESTART_SOON_S, latest
        return [] if self._on.entry.door.free or not (self._quiet() or now >= latest) else [Rebuild()]

    def _quiet(self) -> bool:
        """Nothing runs, the door is shut and nobody stands at the screen."""
        entry = self._on.entry
        return self._on.room.quiet() and entry.visits.current is None and entry.door.state is DoorState.LOCKED
