"""Which latched faults a steward may clear on the spot, and by what. What comes from a condition that still holds latches again at once.

The machine that a fault belongs to has the last word: fire while the alarm is on, the fridge while it is warm. A fault that is told by
another act (a new filter, a test of the water) is not released without it.
"""

from contract.facts import FaultCode, Refusal
from edge.domain.entry import Entry
from edge.domain.fault_rules import RULES, Clears
from edge.domain.faults import Faults
from edge.domain.fire import Fire
from edge.domain.messages import Effects
from edge.domain.room import Room
from edge.domain.steward_messages import ReleaseAsked

BY_OTHER_ACTS = frozenset({FaultCode.FILTER_OVERDUE, FaultCode.WATER_TEST_OVERDUE, FaultCode.FIRE_RESET_DUE})
SHORTEST, LONGEST = 3, 200
"""Characters of a reason."""


class Releases:
    """Of one station."""

    def __init__(self, faults: Faults, fire: Fire, room: Room, entry: Entry) -> None:
        self._faults, self._fire, self._room, self._entry = faults, fire, room, entry

    def possible(self) -> list[tuple[FaultCode, str]]:
        """Fault and part, oldest first."""
        return [(fault, part) for fault, part in self._faults.standing() if self._releasable(fault)]

    def release(self, asked: ReleaseAsked, person: str, now: float) -> Effects | Refusal:
        """Unlatch, or say why not; then nothing changed."""
        reason = asked.reason.strip()
        if not (SHORTEST <= len(reason) <= LONGEST and reason.isprintable()):
            return Refusal.NO_REASON
        if not self._faults.stands(asked.fault, asked.part) or not self._releasable(asked.fault):
            return Refusal.NOT_RELEASABLE
        if asked.fault is FaultCode.FRIDGE_BLOCKED and self._room.fridge:
            return self._room.fridge.release(person, reason, now) or Refusal.STILL_SO
        return self._faults.release(asked.fault, asked.part, now) or Refusal.NOT_RELEASABLE

    def fire(self, now: float) -> Effects | Refusal:
        """Somebody has looked at the room after an alarm."""
        if self._fire.active:
            return Refusal.STILL_SO
        return self._fire.reset(now) if self._faults.stands(FaultCode.FIRE_RESET_DUE) else Refusal.NOT_RELEASABLE

    def _releasable(self, fault: FaultCode) -> bool:
        """A secret one only by a steward who came after it: who is under threat at the screen must not be shown what they called."""
        rule, visit = RULES[fault], self._entry.visits.current
        seen = not rule.secret or (visit is not None and self._entry.called_at < visit.granted_at)
        return seen and rule.clears is Clears.PERSON and fault not in BY_OTHER_ACTS
