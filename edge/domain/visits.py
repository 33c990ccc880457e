"""Who is inside as far as the station can know, and who stands at the screen now.

One contact can not see people: a leaving is seen, who left is known only when one person is inside or said goodbye at the screen.
"""

from dataclasses import dataclass, replace
from math import inf

from contract.config import VisitConfig
from contract.facts import VisitEnd, VisitEnded
from edge.domain.messages import Effects


@dataclass(frozen=True)
class Visit:
    """`entered` is None until the door was opened."""

    visit: str
    person: str
    granted_at: float
    entered_at: float | None = None


class Visits:
    """All visits of this boot that have not ended."""

    def __init__(self, config: VisitConfig) -> None:
        self.config = config
        self._all: dict[str, Visit] = {}
        self.current: Visit | None = None
        self.touched_at = -inf
        """When the last touch was."""
        self._goodbye: str | None = None
        self.kept_until = -inf

    def inside(self) -> int:
        """People who entered and were not seen to leave."""
        return sum(1 for visit in self._all.values() if visit.entered_at is not None)

    def begin(self, visit: str, person: str, now: float) -> Effects:
        """Somebody was let in. An older visit of the same person ends: nobody is inside twice.

        Who counted as inside has the screen at once: a visitor whom it had forgotten need not go out and come in again.
        """
        effects = Effects()
        olders = [v for v in self._all.values() if v.person == person]
        for older in olders:
            effects.add(self._end(older.visit, VisitEnd.CAME_AGAIN, now))
        self._all[visit] = Visit(visit, person, now)
        if any(older.entered_at is not None for older in olders):
            self.current = self._all[visit] = replace(self._all[visit], entered_at=now)
            self.touched_at = now
        return effects

    def entered(self, now: float) -> None:
        """The door is open: everybody who was let in and did not come yet comes now; the last of them has the screen."""
        for waiting in self._waiting():
            self.current = self._all[waiting.visit] = replace(waiting, entered_at=now)
            self.touched_at = now

    def not_entered(self, now: float) -> Effects:
        """The strike went back and nobody had opened."""
        effects = Effects()
        for waiting in self._waiting():
            effects.add(self._end(waiting.visit, VisitEnd.NOT_ENTERED, now))
        return effects

    def cancel(self, visit: str | None) -> None:
        """The entry could not be recorded: it never was."""
        self._all.pop(visit or "", None)
        if self.current and self.current.visit == visit:
            self.current = None

    def goodbye(self, now: float) -> None:
        """The visitor at the screen says that they leave; the next exit is theirs."""
        if self.current:
            self._goodbye, self.current = self.current.visit, None

    def somebody_left(self, opened_at: float, now: float) -> Effects:
        """The door closed after an exit that began at `opened_at`: whoever entered later did not leave by it."""
        here = [v for v in self._all.values() if v.entered_at is not None and v.entered_at < opened_at]
        if not here:
            return Effects()
        said = self._goodbye if self._goodbye in self._all else None
        known = said is not None or len(here) == 1
        return self._end(said or here[0].visit, VisitEnd.LEFT if known else VisitEnd.PRESUMED_LEFT, now)

    def _waiting(self) -> list[Visit]:
        """Let in, not come in."""
        return [v for v in self._all.values() if v.entered_at is None]

    def _end(self, visit: str, reason: VisitEnd, now: float) -> Effects:
        found = self._all.pop(visit)
        if self.current and self.current.visit == visit:
            self.current = None
        if self._goodbye == visit:
            self._goodbye = None
        stayed = now - (found.granted_at if found.entered_at is None else found.entered_at)
        return Effects(facts=[VisitEnded(visit=visit, person=found.person, reason=reason, stayed_s=round(stayed, 1))])

    def touched(self, now: float) -> None:
        """A touch, a pour or a charge: the visitor is there."""
        self.touched_at = now

    def forgets_at(self) -> float:
        """When the screen forgets its visitor, whom maintenance keeps; inf for nobody."""
        return max(self.touched_at + self.config.idle_s, self.kept_until) if self.current else inf

    def warns_at(self) -> float:
        """When it begins to say so."""
        return self.forgets_at() - self.config.warning_s

    def deadline(self) -> float:
        """When tick has something to do."""
        oldest = min((v.granted_at for v in self._all.values()), default=inf)
        return min(self.forgets_at(), oldest + self.config.longest_s)

    def tick(self, now: float) -> Effects:
        """Forget whom the screen waited for; end what lasted too long."""
        if now >= self.forgets_at():
            self.current = None
        effects = Effects()
        for visit in [v for v in self._all.values() if now >= v.granted_at + self.config.longest_s]:
            effects.add(self._end(visit.visit, VisitEnd.TIMED_OUT, now))
        return effects
