"""Bad input: counted by source, told as one fact at once and then at most one a minute, so that a flood can not fill the ledger."""

from math import inf

from contract.facts import InputRefused
from edge.domain.messages import Effects

QUIET_S = 60.0
SOURCES, OTHERS = 50, "others"
"""Told apart. Whoever owns the broker may send under as many topics as they like, and each of them would be told at once."""


class Intake:
    """Counts what was refused."""

    def __init__(self) -> None:
        self._count: dict[str, int] = {}
        self._reason: dict[str, str] = {}
        self._quiet_until: dict[str, float] = {}
        self.total = 0

    def refuse(self, source: str, reason: str, now: float) -> Effects:
        """`reason` must quote nothing of the content."""
        self.total += 1
        if source not in self._reason and len(self._reason) >= SOURCES:
            source = OTHERS
        self._count[source] = self._count.get(source, 0) + 1
        self._reason[source] = reason[:200]
        return self.tick(now)

    def deadline(self) -> float:
        """When a count that was held back is due."""
        return min((self._quiet_until.get(source, -inf) for source in self._count), default=inf)

    def tick(self, now: float) -> Effects:
        """Tell the counts whose minute is over."""
        due = [source for source in self._count if now >= self._quiet_until.get(source, -inf)]
        effects = Effects()
        for source in due:
            self._quiet_until[source] = now + QUIET_S
            effects.facts.append(InputRefused(source=source[:200], reason=self._reason[source], count=self._count.pop(source)))
        return effects
