"""Fire: the strike is released at once and stays so; it comes back only when the alarm is over and somebody reset it on the spot.

Until the reset nobody is let in by this software, nothing inside runs, and the door is free from both sides: whoever must get in to
help gets in, and a thief costs less. What stands is kept by the faults, which outlive a restart. The release in software only
follows the one in hardware: the fire relay in the wire of the strike (docs/wiring.md). When the agent dies, the guard takes the
software's release back with every other output, and that relay alone holds the door free.
"""

from math import inf

from contract.detectors import FireChanged
from contract.facts import FaultCode
from edge.domain.door import Door
from edge.domain.faults import Faults
from edge.domain.messages import Effects
from edge.domain.visits import Visits

OVER_S = 0.2
"""s that the input must rest until the alarm counts as over. It begins with the first edge: no alarm waits for a bounce."""


class Fire:
    """The fire input of one station; it may be missing (`fitted`)."""

    def __init__(self, fitted: bool, door: Door, visits: Visits, faults: Faults) -> None:
        self._fitted, self._door, self._visits, self._faults = fitted, door, visits, faults
        self._over_at = inf

    @property
    def active(self) -> bool:
        """The alarm is on, or was when the agent ended and nobody has said otherwise."""
        return self._faults.stands(FaultCode.FIRE)

    @property
    def holds(self) -> bool:
        """Whether the door is held free: the alarm, and after it until the reset."""
        return self.active or self._faults.stands(FaultCode.FIRE_RESET_DUE)

    def line(self, on: bool, now: float) -> Effects:
        """A raw edge of the input."""
        if not on:
            self._over_at = min(self._over_at, now + OVER_S) if self.active else inf
            return Effects()
        self._over_at = inf
        if self.active:
            return Effects()
        effects = Effects(facts=[FireChanged(active=True)])
        effects.add(self._faults.raise_(FaultCode.FIRE, "", "fire input active", now))
        effects.add(self._door.hold_free(now))
        effects.add(self._visits.not_entered(now))
        return effects

    def tick(self, now: float) -> Effects:
        """The end of the alarm when it is due, and the strike as it must be."""
        effects = self._over(now) if self.active and (now >= self._over_at or not self._fitted) else Effects()
        effects.add(self._door.hold_free(now) if self.holds else self._door.secure(now))
        return effects

    def deadline(self) -> float:
        """When tick has something to do; the door knows when its strike is due."""
        return self._over_at

    def reset(self, now: float) -> Effects:
        """Somebody looked at the room and says that it is safe. Changes nothing while the alarm is on."""
        if self.active:
            return Effects()
        effects = self._faults.clear(FaultCode.FIRE_RESET_DUE, "", now)
        effects.add(self.tick(now))
        return effects

    def _over(self, now: float) -> Effects:
        self._over_at = inf
        effects = Effects(facts=[FireChanged(active=False)])
        effects.add(self._faults.raise_(FaultCode.FIRE_RESET_DUE, "", "somebody must look at the room and reset", now))
        effects.add(self._faults.clear(FaultCode.FIRE, "", now))
        return effects
