"""What was observed while nothing could be written waits in memory, but not without end: what is too much is counted, and told as a number."""

from collections import Counter

from contract.facts import Fact, InputRefused
from edge.domain.alarms import is_alarm

MOST_FACTS = 10_000
"""Some 10 MB; a door that opens and closes once a minute fills it in two and a half days. Of alarms twice as many are kept."""


class Unrecorded:
    """Counts by kind what found no room."""

    def __init__(self) -> None:
        self._kinds: Counter[str] = Counter()

    def keep(self, facts: list[Fact], held: int) -> list[Fact]:
        """Those that are to be kept where `held` are already."""
        kept = [fact for fact in facts if held < MOST_FACTS or (held < 2 * MOST_FACTS and is_alarm(fact))]
        self._kinds.update(fact.kind for fact in facts if fact not in kept)
        return kept

    def told(self) -> list[Fact]:
        """What to say of them when the disk works again; then it is said."""
        if not self._kinds:
            return []
        kinds, count = ", ".join(f"{kind} {number}" for kind, number in self._kinds.most_common()), self._kinds.total()
        self._kinds.clear()
        return [InputRefused(source="ledger", reason=f"the disk took no facts and memory was full: {kinds}"[:200], count=count)]
