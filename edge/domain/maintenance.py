"""Maintenance at the screen: opened by a steward's PIN for half an hour at most, or by an order for a steward, while they stand at the screen.

It only adds acts; no rule of safety knows of it. A touch of the screen keeps it, up to the end that the PIN bought.
"""

from dataclasses import dataclass
from math import inf

from contract.facts import Refusal, Way
from contract.roster import Person, Role
from contract.steward import MaintenanceEnd, MaintenanceEnded, MaintenanceStarted, StewardRefused
from edge.domain.access import Refused
from edge.domain.entry import Entry
from edge.domain.equipment import Indoors
from edge.domain.messages import CodeDigested, CodeSource, CodeTyped, Effects
from edge.domain.screen import Notice
from edge.domain.steward_messages import DropMaintenance, StoreMaintenance

ASKS_S = 60.0
"""So long the screen waits for the PIN."""
WARNS_S = 60.0
"""So long before its end the steward is told."""


@dataclass(frozen=True)
class Mode:
    """Maintenance that is on. `until`: what the PIN bought; times are monotonic seconds."""

    number: str
    person: str
    since: float
    until: float


class Maintenance:
    """Of one station: at most one at a time."""

    def __init__(self, indoors: Indoors, entry: Entry) -> None:
        self._in, self.config, self._entry = indoors, indoors.config.steward, entry
        self.mode: Mode | None = None
        self.asks_until = -inf
        self._asked_person = ""
        self._warned_at = -inf
        self._unrecorded = False
        self._left_open = list(indoors.restored.maintenance)

    def person(self) -> Person | None:
        """The steward at the screen."""
        visit = self._in.visits.current
        found = self._entry.access.person(visit.person) if visit else None
        return found if found and found.role is Role.STEWARD else None

    def open_to(self, now: float) -> Mode | None:
        """The mode, if acts are possible now."""
        found = self.person()
        return self.mode if self.mode and found and found.person == self.mode.person and now < self.ends_at() else None

    def ends_at(self) -> float:
        """When it ends by itself; inf while it is off."""
        return min(self.mode.until, self._in.visits.touched_at + self.config.idle_min * 60) if self.mode else inf

    def ask(self, now: float) -> Effects:
        """The screen asks for the PIN, or says why not."""
        found = self.person()
        if found is None or found.number is None or found.code_digest is None:
            return self._refuse(Refusal.NO_RIGHT if self._in.visits.current else Refusal.NOT_IDENTIFIED, now)
        self._in.visits.touched(now)
        self.asks_until, self._asked_person = now + ASKS_S, found.person
        return Effects()

    def pin(self, digits: str, now: float) -> Effects:
        """Typed; its digest is asked for. A try counts as wrong until it turns out right."""
        found = self.person()
        if found is None or found.number is None or found.person != self._asked_person or now >= self.asks_until:
            return self._refuse(Refusal.NOT_IN_MAINTENANCE, now)
        self._in.visits.touched(now)
        answer = self._entry.access.typed(CodeTyped(found.number, digits, CodeSource.MAINTENANCE), now)
        if isinstance(answer, Refused):
            return self._refuse(answer.reason, now)
        self._in.notices.show(Notice.CHECKING, now)
        return Effects([answer])

    def digested(self, code: CodeDigested, now: float) -> Effects:
        """The digest of what was typed came: decide. Whoever has the screen now must be who typed."""
        access, found = self._entry.access, self.person()
        answer = access.digested(code)
        effects = self._entry.duress(Way.CODE, now)
        effects.records += access.tries.unsaved()
        asked = found is not None and found.number == code.number and found.person == self._asked_person and now < self.asks_until
        if isinstance(answer, Refused) or not (asked and found):
            effects.add(self._refuse(answer.reason if isinstance(answer, Refused) else Refusal.NOT_IN_MAINTENANCE, now))
            return effects
        effects.add(self.end(MaintenanceEnd.RENEWED, now))
        effects.add(self._begin(found, self.config.longest_min * 60, now))
        return effects

    def grant(self, longest_min: float, now: float) -> Effects | None:
        """From afar, without the PIN, to the steward at the screen. None: there is none."""
        found = self.person()
        if found is None:
            return None
        effects = self.end(MaintenanceEnd.RENEWED, now)
        effects.add(self._begin(found, longest_min * 60, now))
        return effects

    def end(self, reason: MaintenanceEnd, now: float) -> Effects:
        """Nothing happens while it is off, but that the PIN is not asked for any more."""
        self.asks_until, mode = -inf, self.mode
        if mode is None:
            return Effects()
        self.mode, self._in.visits.kept_until = None, -inf
        if reason is not MaintenanceEnd.RENEWED:
            self._in.notices.show(Notice.MAINTENANCE_OVER, now)
        fact = MaintenanceEnded(maintenance=mode.number, person=mode.person, reason=reason, lasted_s=round(now - mode.since, 1))
        return Effects(facts=[fact], records=[DropMaintenance(mode.number)])

    def tick(self, now: float) -> Effects:
        """Everything that is due by now."""
        effects = self._interrupted()
        if self.asks_until > -inf and (now >= self.asks_until or self.person() is None):
            self.asks_until = -inf
        why = self._over(now)
        if why:
            effects.add(self.end(why, now))
        elif self.mode and now >= self.ends_at() - WARNS_S and self._warned_at != self.ends_at():
            self._warned_at = self.ends_at()
            self._in.notices.show(Notice.MAINTENANCE_SOON, now)
        return effects

    def deadline(self) -> float:
        """When tick has something to do; inf for never."""
        ends_at = self.ends_at()
        warns_at = ends_at - WARNS_S if self._warned_at != ends_at else inf
        return min(warns_at, ends_at, self.asks_until if self.asks_until > -inf else inf)

    def recorded(self) -> None:
        """That it is on is in the ledger."""
        self._unrecorded = False

    def revoke(self) -> None:
        """It could not be stored: it never was on."""
        if self._unrecorded:
            self.mode, self._unrecorded, self._in.visits.kept_until = None, False, -inf

    def _begin(self, found: Person, longest_s: float, now: float) -> Effects:
        visit = self._in.visits.current
        assert visit is not None
        self.mode = Mode(self._in.number(), found.person, now, now + longest_s)
        self._unrecorded, self._in.visits.kept_until = True, self.mode.until
        self._in.visits.touched(now)
        self._in.notices.show(Notice.MAINTENANCE_ON, now)
        fact = MaintenanceStarted(maintenance=self.mode.number, visit=visit.visit, person=found.person, longest_s=longest_s)
        return Effects(facts=[fact], records=[StoreMaintenance(self.mode.number, found.person)])

    def _over(self, now: float) -> MaintenanceEnd | None:
        """Why it must end now."""
        mode, visit = self.mode, self._in.visits.current
        if mode is None:
            return None
        if visit is None or visit.person != mode.person:
            return MaintenanceEnd.SCREEN_TAKEN if visit else MaintenanceEnd.VISIT_ENDED
        if not self._in.rations.is_steward(mode.person):
            return MaintenanceEnd.NO_RIGHT
        if now >= mode.until:
            return MaintenanceEnd.TIME_LIMIT
        return MaintenanceEnd.IDLE if now >= self.ends_at() else None

    def _interrupted(self) -> Effects:
        """What was on when the agent ended."""
        left, self._left_open = self._left_open, []
        effects = Effects()
        for one in left:
            effects.facts.append(MaintenanceEnded(maintenance=one.maintenance, person=one.person, reason=MaintenanceEnd.INTERRUPTED, lasted_s=None))
            effects.records.append(DropMaintenance(one.maintenance))
        return effects

    def _refuse(self, reason: Refusal, now: float) -> Effects:
        visit = self._in.visits.current
        self._in.notices.show(Notice.NOT_NOW, now, reason)
        return Effects(facts=[StewardRefused(person=visit.person if visit else None, act=None, part="", reason=reason)])
