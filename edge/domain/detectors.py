"""What watches over the room: hands the lines fire, smoke, tamper and motion to who decides about them.

Each counts as active with the first edge; only its end is debounced. What a person must clear comes back while its line says so.
"""

from math import inf

from contract.config import StationConfig
from contract.facts import FaultCode
from edge.domain.door import DoorState
from edge.domain.entry import Entry
from edge.domain.faults import Faults
from edge.domain.fire import OVER_S, Fire
from edge.domain.lines import FIRE, MOTION, SMOKE, TAMPER
from edge.domain.messages import ContactChanged, Effects, ExitPressed, Input, LeaveAsked, MoreTimeAsked
from edge.domain.room_messages import LineChanged
from edge.domain.screen import Announce
from edge.domain.welfare import Welfare

LINES = frozenset({FIRE, SMOKE, TAMPER, MOTION})
HANDS = ContactChanged | ExitPressed | MoreTimeAsked | LeaveAsked
"""Beside what visits call a touch."""


class Contact:
    """On at once, off once it has rested for OVER_S."""

    def __init__(self) -> None:
        self.on = False
        self.over_at = inf

    def edge(self, on: bool, now: float) -> None:
        """As it came."""
        if on:
            self.on, self.over_at = True, inf
        elif self.on:
            self.over_at = min(self.over_at, now + OVER_S)

    def tick(self, now: float) -> None:
        """What is over is over."""
        if now >= self.over_at:
            self.on, self.over_at = False, inf


class Detectors:
    """All of one station; what is not fitted stays silent."""

    def __init__(self, config: StationConfig, entry: Entry, faults: Faults) -> None:
        fitted = config.detectors.fire_pin is not None
        self._door, self._faults, self._smoke, self._tamper = entry.door, faults, Contact(), Contact()
        self.fire = Fire(fitted, entry.door, entry.visits, faults)
        self.welfare = Welfare(config.detectors.welfare, entry.visits, faults)

    def line(self, heard: LineChanged, now: float) -> Effects:
        """An edge of one of LINES."""
        match heard.line:
            case "fire":
                return self.fire.line(heard.on, now)
            case "smoke":
                self._smoke.edge(heard.on, now)
            case "tamper":
                self._tamper.edge(heard.on, now)
            case "motion":
                self.welfare.motion(heard.on, now)
        return Effects()

    def stirred(self, heard: Input, now: float) -> None:
        """Whatever a person does with their hands shows that somebody is up."""
        if isinstance(heard, HANDS):
            self.welfare.stirred(now)

    def tick(self, now: float) -> Effects:
        """Everything that is due by now."""
        effects = self.fire.tick(now)
        for contact in (self._smoke, self._tamper):
            contact.tick(now)
        if self._smoke.on:
            effects.add(self._faults.raise_(FaultCode.SMOKE, "", "smoke detector active", now))
        effects.add(self._faults.set(self._tamper.on, FaultCode.TAMPER, "", "the control box is open", now))
        effects.add(self.welfare.tick(now))
        return effects

    def announce(self) -> Announce | None:
        """The gravest thing to be said aloud."""
        said = {
            Announce.FIRE: self.fire.active, Announce.FIRE_OVER: self.fire.holds, Announce.SMOKE: self._smoke.on, Announce.WELFARE: self.welfare.asks,
            Announce.CLOSE_DOOR: self._door.state is DoorState.HELD_OPEN,
        }  # fmt: skip
        return next((each for each, holds in said.items() if holds), None)

    def deadline(self) -> float:
        """When tick has something to do."""
        return min(self.fire.deadline(), self._smoke.over_at, self._tamper.over_at, self.welfare.deadline())
