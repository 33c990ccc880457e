"""Where the water comes in and where it must not go: the master valve, water on the floor, a full drip tray.

With a master valve a leak or an overrun at one tap keeps the master shut and so takes all water away, because nothing else stops what
runs; without one it takes away that tap alone. Water that runs on although the master is shut is a leak without a tap: all water.
"""

from math import inf

from contract.facts import FaultCode
from contract.water import TapConfig, WaterConfig
from edge.domain.faults import Faults, Service
from edge.domain.lines import DRIP, FLOOR
from edge.domain.messages import Effects, SetOutput
from edge.domain.metering import Recent
from edge.domain.safe_state import MASTER

STANDS_S = 1.0
"""A wet contact must stay so long; so must a dry one."""
EMPTIES_S = 2.0
"""What lies between master and tap may still run out of an open pipe."""
WINDOW_S = 60.0
RUNS_ON = frozenset({FaultCode.LEAK, FaultCode.OVERRUN})


class Contact:
    """A slow contact that counts once it has stood."""

    def __init__(self) -> None:
        self.on, self._raw, self.due = False, False, inf

    def edge(self, on: bool, now: float) -> None:
        """Bounces too."""
        if on is not self._raw:
            self._raw, self.due = on, now + STANDS_S if on is not self.on else inf

    def tick(self, now: float) -> None:
        """What stood long enough counts."""
        if now >= self.due:
            self.on, self.due = self._raw, inf


class Mains:
    """Shared by all taps. `open` is what the master was told."""

    def __init__(self, config: WaterConfig, faults: Faults) -> None:
        self.fitted, self.open = config.master_pin is not None, False
        self._faults, self._floor, self._tray = faults, Contact(), Contact()
        self._through = Recent(WINDOW_S)
        self._shut_at = -inf

    def blocks(self, tap: str) -> FaultCode | None:
        """The fault that takes this tap away, or None."""
        return self._faults.blocks(Service.WATER, tap) or self._runs_on()

    def cuts(self, tap: str) -> bool:
        """Whether what runs there must end."""
        return self._faults.cuts(Service.WATER, tap) or self._runs_on() is not None

    def opened(self, effects: Effects) -> Effects:
        """A pour begins: the master goes on before the tap, in the same step, and its lease begins anew."""
        if self.fitted:
            self.open = True
            effects.actions.insert(0, SetOutput(MASTER, True))
        return effects

    def shut(self, now: float) -> Effects:
        """Nothing happens when it is shut already."""
        if not self.open:
            return Effects()
        self.open, self._shut_at = False, now
        self._through.clear()
        return Effects([SetOutput(MASTER, False)])

    def dry(self, now: float) -> bool:
        """Whether nothing can run, since the master is shut and the pipe behind it empty."""
        return self.fitted and not self.open and now >= self._shut_at + EMPTIES_S

    def ran(self, tap: TapConfig, ml: float, now: float) -> Effects:
        """Water ran though tap and master are shut: nothing that software has stops it."""
        through = self._through.add(ml, now)
        if through < tap.leak_ml:
            return Effects()
        detail = f"{through:.0f} ml ran through tap {tap.name} and the shut master valve: shut the water off by hand"
        return self._faults.raise_(FaultCode.LEAK, "", detail, now)

    def line(self, line: str, on: bool, now: float) -> Effects:
        """An edge of the floor's or the tray's contact."""
        {FLOOR: self._floor, DRIP: self._tray}[line].edge(on, now)
        return Effects()

    def tick(self, now: float) -> Effects:
        """The tray's fault goes when it was emptied. The floor's stays until a person clears it, and comes back while it is wet."""
        self._floor.tick(now)
        self._tray.tick(now)
        effects = self._faults.set(self._tray.on, FaultCode.DRIP_TRAY_FULL, "", "the drip tray is full", now)
        if self._floor.on:
            effects.add(self._faults.raise_(FaultCode.LEAK_FLOOR, "", "water on the floor", now))
        return effects

    def deadline(self) -> float:
        """When tick has something to do."""
        return min(self._floor.due, self._tray.due)

    def _runs_on(self) -> FaultCode | None:
        return next((fault for fault, _ in self._faults.standing() if self.fitted and fault in RUNS_ON), None)
