"""Welfare: somebody is inside, nothing moves, nobody touches: ask whether all is well; no answer, then operators are told.

It sees movement, not people: somebody asleep is asked too, and a room that is left unseen asks itself and calls in vain.
"""

from math import inf

from contract.detectors import WelfareAsked, WelfareConfig
from contract.facts import FaultCode
from edge.domain.faults import Faults
from edge.domain.messages import Effects
from edge.domain.visits import Visits


class Welfare:
    """Does nothing without `config`."""

    def __init__(self, config: WelfareConfig | None, visits: Visits, faults: Faults) -> None:
        self._config, self._visits, self._faults = config, visits, faults
        self._stirred_at = 0.0
        self._moving = False
        self._asked_at: float | None = None

    @property
    def asks(self) -> bool:
        """Whether the screen asks if all is well: until somebody stirs, also after operators were told."""
        return self._asked_at is not None

    def motion(self, on: bool, now: float) -> None:
        """An edge of the movement sensor: both are movement."""
        self._moving, self._stirred_at = on, now

    def stirred(self, now: float) -> None:
        """A touch of the screen, or the door: somebody is up."""
        self._stirred_at = now

    def tick(self, now: float) -> Effects:
        """Everything that is due by now."""
        if not self._watches():
            self._stirred_at, self._asked_at = now, None
            return self._faults.clear(FaultCode.WELFARE, "", now)
        if self._asked_at is None:
            return self._ask(now) if now >= self._ask_at() else Effects()
        if self._stirred() > self._asked_at:
            self._asked_at = None
            return self._faults.clear(FaultCode.WELFARE, "", now)
        if self._config and now >= self._asked_at + self._config.answer_s:
            return self._faults.raise_(FaultCode.WELFARE, "", f"nothing moved for {now - self._stirred():.0f} s, no answer", now)
        return Effects()

    def deadline(self) -> float:
        """When tick has something to do; inf for never."""
        if not (self._config and self._watches()):
            return inf
        if self._asked_at is None:
            return self._ask_at()
        return inf if self._faults.stands(FaultCode.WELFARE) else self._asked_at + self._config.answer_s

    def _watches(self) -> bool:
        """Movement that goes on needs no question."""
        return self._config is not None and not self._moving and self._visits.inside() > 0

    def _stirred(self) -> float:
        return max(self._stirred_at, self._visits.touched_at)

    def _ask_at(self) -> float:
        return self._stirred() + self._config.after_s if self._config else inf

    def _ask(self, now: float) -> Effects:
        self._asked_at = now
        return Effects(facts=[WelfareAsked(still_s=round(now - self._stirred(), 1))])
