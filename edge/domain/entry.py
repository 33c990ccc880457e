"""Coming in and going out: joins door, access, identity and visits. Every refusal has a reason, and leaving asks nobody."""

from collections.abc import Callable, Iterator

from contract import ticket
from contract.config import StationConfig
from contract.facts import (
    DoorCause,
    DoorClosed,
    DoorHeldOpen,
    DoorLocked,
    DoorOpened,
    EntryGranted,
    EntryRefused,
    Fact,
    FaultCode,
    Refusal,
    Way,
)  # fmt: skip
from edge.domain.access import Access, Granted, Refused
from edge.domain.door import Door, DoorState
from edge.domain.face_way import FaceWay, Step
from edge.domain.faults import Faults, Service
from edge.domain.intake import Intake
from edge.domain.messages import (
    AnswerTyped,
    CodeDigested,
    CodeSource,
    CodeTyped,
    Effects,
    FaceCompared,
    FaceHint,
    FaceHinted,
    FacePosed,
    FaceVerified,
)
from edge.domain.notices import Notices
from edge.domain.screen import Notice
from edge.domain.tickets import Tickets
from edge.domain.visits import Visits

LONGEST_DECISION_S = 3600.0
WAYS = {CodeSource.SCREEN: Way.CODE, CodeSource.QR: Way.QR}
Looked = FaceCompared | FacePosed | FaceVerified | FaceHinted | AnswerTyped
DISTURBING = {FaceHint.ONE_AT_A_TIME: Refusal.LIVENESS_FAILED, FaceHint.FROZEN: Refusal.FROZEN}
"""What the camera hints at that ends a challenge."""


class Entry:
    """The door with everything that decides over it."""

    def __init__(
        self, config: StationConfig, faults: Faults, notices: Notices, intake: Intake, number: Callable[[], str],
        chance: Iterator[int], hour: Callable[[float], int | None], tickets: Tickets,
    ) -> None:  # fmt: skip
        """`chance`: integers that nobody can foresee; `hour`: of the day at the station, None while time is not trusted."""
        self._config, self._faults, self._notices, self._intake, self._number = config, faults, notices, intake, number
        self.door = Door(config.door)
        self.access = Access(config.access)
        self.visits = Visits(config.visit)
        self.tickets = tickets
        self.hint = FaceHint.NONE
        self.face_way = FaceWay(config.identity, self.access, chance, hour, self._blocked)
        self._unrecorded: str | None = None
        self._by_ticket: str | None = None

    def face(self, heard: Looked, now: float) -> Effects:
        """What the face process saw, and what was typed after it. An open or released door needs no answer to a new face."""
        match heard:
            case FaceCompared():
                return self._stepped(self.face_way.compared(heard, now), now) if self.door.state is DoorState.LOCKED else Effects()
            case FacePosed():
                return self._stepped(self.face_way.posed(heard, now), now)
            case FaceVerified():
                return self._stepped(self.face_way.verified(heard, now), now)
            case FaceHinted(hint):
                self.hint, reason = hint, DISTURBING.get(hint)
                return self._stepped(self.face_way.disturbed(reason, now), now) if reason else Effects()
            case AnswerTyped(digits):
                return self._typed_after(self.face_way.answered(digits, now), now)

    def blind(self) -> Effects:
        """Camera or face process is gone: whoever was on the way by face must come again."""
        return Effects(list(self.face_way.drop()))

    def typed(self, code: CodeTyped, now: float) -> Effects:
        """A code; its digest is asked for, or it is refused at once."""
        answer = self.access.typed(code, now)
        if isinstance(answer, Refused):
            return self._answer(answer, WAYS[code.source], now, now)
        self._notices.show(Notice.CHECKING, now)
        return Effects([answer])

    def digested(self, code: CodeDigested, now: float) -> Effects:
        """The digest came: decide."""
        if code.source in (CodeSource.AFTER_FACE, CodeSource.PHONE):
            return self._stepped(self.face_way.digested(code, now), now)
        return self._answer(self.access.digested(code), WAYS[code.source], code.typed_at, now)

    def qr(self, text: str, now: float) -> Effects:
        """Text from the camera: a ticket, a code card, or refused without looking further."""
        if ticket.looks_like(text):
            return self._ticket(text, now)
        code = self.access.read_qr(text)
        if code:
            return self.typed(code, now)
        self._notices.show(Notice.REFUSED, now, Refusal.NOT_READABLE)
        return self._intake.refuse("qr", f"{len(text)} characters that are no code card", now)

    def exit(self, pressed: bool, now: float) -> Effects:
        """Request-to-exit."""
        return self.door.exit(pressed, now)

    def contact(self, closed: bool, now: float) -> Effects:
        """The door contact."""
        return self._after_door(self.door.contact(closed, now), now)

    def tick(self, now: float) -> Effects:
        """Everything that is due by now."""
        effects = self._after_door(self.door.tick(now), now)
        effects.add(self.visits.tick(now))
        effects.add(self._stepped(self.face_way.tick(now), now))
        return effects

    def deadline(self) -> float:
        """When tick has something to do."""
        return min(self.door.deadline(), self.visits.deadline(), self.face_way.deadline())

    def recorded(self) -> None:
        """The step's facts are in the ledger."""
        self.door.recorded()
        self.tickets.recorded()
        self._unrecorded = None

    def revoke(self, now: float) -> Effects:
        """The step's facts could not be stored: a grant among them never was, and the visitor is told why."""
        effects = self.door.revoke()
        self.tickets.revoke()
        if self._unrecorded:
            self.visits.cancel(self._unrecorded)
            self._unrecorded = None
            self._notices.show(Notice.REFUSED, now, Refusal.CANNOT_RECORD)
        return effects

    def _ticket(self, text: str, now: float) -> Effects:
        """While the door is open to somebody who came by ticket, their phone before the camera needs no answer."""
        keys = self.access.roster.ticket_keys if self.access.roster else []
        shown = self.tickets.read(text, keys)
        if isinstance(shown, Refusal):
            self._notices.show(Notice.REFUSED, now, shown)
            return self._intake.refuse("ticket", f"{len(text)} characters that are no genuine ticket: {shown.value}", now)
        if self.door.state is not DoorState.LOCKED and shown.person == self._by_ticket:
            return Effects()
        effects = self._answer(self.tickets.judge(shown, self.access, now), Way.QR, now, now)
        told = next((fact for fact in effects.facts if isinstance(fact, EntryGranted | EntryRefused)), None)
        if isinstance(told, EntryGranted):
            self._by_ticket = shown.person
            effects.records.append(self.tickets.use(shown))
        elif told and not self.tickets.is_news(shown, told.reason, now):
            effects.facts.remove(told)
        return effects

    def _typed_after(self, step: Step, now: float) -> Effects:
        if step.actions:
            self._notices.show(Notice.CHECKING, now)
        return self._stepped(step, now)

    def _stepped(self, step: Step, now: float) -> Effects:
        effects = Effects(list(step.actions))
        if step.answer:
            effects.add(self._answer(step.answer, step.way, step.since, now))
        return effects

    def _answer(self, answer: Granted | Refused, way: Way, since: float, now: float) -> Effects:
        if isinstance(answer, Granted):
            blocked = self._blocked()
            answer = Refused(blocked) if blocked else answer
        if isinstance(answer, Refused):
            self._notices.show(Notice.REFUSED, now, answer.reason)
            return Effects(facts=[EntryRefused(way=way, reason=answer.reason)])
        return self._grant(answer.person.person, way, since, now)

    def _blocked(self) -> Refusal | None:
        fault = self._faults.blocks(Service.ENTRY)
        if fault:
            return Refusal.GUARD_LOST if fault is FaultCode.GUARD_LOST else Refusal.CANNOT_RECORD
        return Refusal.FULL if self.visits.inside() >= self._config.access.most_inside else None

    def _grant(self, person: str, way: Way, since: float, now: float) -> Effects:
        visit = self._unrecorded = self._number()
        effects = self.visits.not_entered(now) if self.door.state is DoorState.LOCKED else Effects()
        effects.actions += self.face_way.drop()
        effects.add(self.visits.begin(visit, person, now))
        effects.facts.append(EntryGranted(visit=visit, person=person, way=way, decided_ms=_decided_ms(since, now)))
        effects.add(self.door.release(visit, now))
        if self.door.state in (DoorState.OPEN, DoorState.HELD_OPEN):
            self.visits.entered(now)
        self._notices.show(Notice.COME_IN, now)
        return effects

    def _after_door(self, effects: Effects, now: float) -> Effects:
        for fact in list(effects.facts):
            effects.add(self._heard(fact, now))
        return effects

    def _heard(self, fact: Fact, now: float) -> Effects:
        match fact:
            case DoorOpened(cause=DoorCause.ENTRY):
                self.visits.entered(now)
                self._notices.over(Notice.COME_IN, now)
            case DoorOpened(cause=DoorCause.FORCED):
                return self._faults.raise_(FaultCode.DOOR_FORCED, "", "opened without anybody let in or out", now)
            case DoorHeldOpen(alarm=True, open_s=open_s):
                return self._faults.raise_(FaultCode.DOOR_HELD, "", f"open for {open_s:g} s", now)
            case DoorLocked(opened=False):
                return self.visits.not_entered(now)
            case DoorClosed():
                return self._closed(now)
        return Effects()

    def _closed(self, now: float) -> Effects:
        effects = self._faults.clear(FaultCode.DOOR_FORCED, "", now)
        effects.add(self._faults.clear(FaultCode.DOOR_HELD, "", now))
        if self.door.cause is DoorCause.EXIT:
            effects.add(self.visits.somebody_left(self.door.opened_at, now))
        return effects


def _decided_ms(since: float, now: float) -> float:
    """0 when `since` is no time of this clock: it comes from another process, and a door must not depend on it."""
    took_s = now - since
    return round(took_s * 1000, 1) if 0 <= took_s <= LONGEST_DECISION_S else 0.0
