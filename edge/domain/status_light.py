"""The lamp outside: fast while somebody looks for the station, a flash each five seconds while operators are needed, else dark.

It is a lease like every output: it goes dark when the agent dies.
"""

from math import inf

from contract.words import ALARMS
from edge.domain.fault_rules import RULES
from edge.domain.faults import Faults
from edge.domain.messages import Action, SetOutput
from edge.domain.safe_state import STATUS

FAST_S = 0.25
FLASH_S, DARK_S = 0.3, 4.7


class StatusLight:
    """`fitted`: whether there is one."""

    def __init__(self, fitted: bool, faults: Faults) -> None:
        self._fitted, self._faults = fitted, faults
        self._lit = False
        self._next_at = inf
        self._fast_until = -inf

    def identify(self, seconds: float, now: float) -> None:
        """Blink fast."""
        self._fast_until, self._next_at = now + seconds, now

    def deadline(self) -> float:
        """When tick has something to do."""
        return self._next_at if self._fitted else inf

    def tick(self, now: float) -> list[Action]:
        """Switch it, when its time has come. A secret fault is not told to the street."""
        if not self._fitted:
            return []
        wrong = any(fault in ALARMS and not RULES[fault].secret for fault, _ in self._faults.standing())
        wanted = wrong or now < self._fast_until
        if not wanted:
            self._next_at = inf
            return self._switch(False)
        if self._next_at == inf:
            self._next_at = now
        if now < self._next_at:
            return []
        fast = now < self._fast_until
        self._next_at = now + (FAST_S if fast else DARK_S if self._lit else FLASH_S)
        return self._switch(not self._lit)

    def _switch(self, lit: bool) -> list[Action]:
        changed, self._lit = lit is not self._lit, lit
        return [SetOutput(STATUS, lit)] if changed else []
