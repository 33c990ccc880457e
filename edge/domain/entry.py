"""Coming in and going out: joins door, access, identity and visits. Every refusal has a reason, and leaving asks nobody."""

from collections.abc import Callable, Iterator, Sequence
from math import inf

from contract import ticket
from contract.config import StationConfig
from contract.facts import (
    DoorCause,
    DoorClosed,
    DoorHeldOpen,
    DoorLocked,
    DoorOpened,
    DuressCalled,
    EntryGranted,
    EntryRefused,
    Fact,
    FaultCode,
    PassbackNoticed,
    Refusal,
    VisitEnded,
    Way,
)  # fmt: skip
from contract.roster import Person, Role
from edge.domain.access import Access, Granted, Refused
from edge.domain.clock import WallClock
from edge.domain.door import EXIT_STUCK_S, Door, DoorState
from edge.domain.face_way import FaceWay, Step
from edge.domain.faults import BLOCKS, Faults, Service
from edge.domain.hours import Hours
from edge.domain.intake import Intake
from edge.domain.messages import AnswerTyped, CodeDigested, CodeSource, CodeTyped, Effects
from edge.domain.notices import Notices
from edge.domain.screen import Notice
from edge.domain.sight import FaceCompared, FaceHint, FaceHinted, FacePosed, FaceVerified, LivenessChanged, LivenessJudged
from edge.domain.tickets import Tickets
from edge.domain.visits import Visits

LONGEST_DECISION_S = 3600.0
WAYS = {CodeSource.SCREEN: Way.CODE, CodeSource.QR: Way.QR}
BLOCKED = {FaultCode.GUARD_LOST: Refusal.GUARD_LOST, FaultCode.FIRE: Refusal.FIRE, FaultCode.FIRE_RESET_DUE: Refusal.FIRE}
"""What is said of a fault that blocks the way in; of any other, that nothing can be recorded."""
Looked = FaceCompared | FacePosed | FaceVerified | FaceHinted | AnswerTyped | LivenessJudged | LivenessChanged
DISTURBING = {FaceHint.ONE_AT_A_TIME: Refusal.LIVENESS_FAILED, FaceHint.FROZEN: Refusal.FROZEN}
"""What the camera hints at that ends a challenge."""


class Entry:
    """The door with everything that decides over it."""

    def __init__(
        self, config: StationConfig, faults: Faults, notices: Notices, intake: Intake, number: Callable[[], str],
        chance: Iterator[int], clock: WallClock, tickets: Tickets, tried: Sequence[str] = (),
    ) -> None:  # fmt: skip
        """`chance`: integers that nobody can foresee; `tried`: whose wrong tries the ledger knows."""
        self.config, self._faults, self._notices, self._intake, self._number = config, faults, notices, intake, number
        self.door = Door(config.door)
        self.access = Access(config.access, tried)
        self.visits = Visits(config.visit)
        self.tickets, self.hours = tickets, Hours(config.access.hours, clock)
        self.hint = FaceHint.NONE
        self.face_way = FaceWay(config.identity, self.access, chance, clock.hour, self._blocked)
        if config.camera and config.identity.liveness:
            faults.assume(FaultCode.LIVENESS_LOST)
        self._unrecorded: str | None = None
        self._by_ticket: str | None = None
        self._again: PassbackNoticed | None = None
        self.called_at = -inf

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
            case LivenessJudged():
                return self._stepped(self.face_way.judged(heard, now), now)
            case LivenessChanged():
                return self._source(heard, now)

    def _source(self, heard: LivenessChanged, now: float) -> Effects:
        """A source of liveness that is required and does not work takes the way by face away, and says so."""
        if not self.face_way.liveness.asks(heard.source):
            return Effects()
        effects = Effects(list(self.face_way.source_changed(heard)))
        down = self.face_way.liveness.down
        if not (heard.working and down):
            effects.add(self._faults.set(bool(down), FaultCode.LIVENESS_LOST, "", down, now))
        return effects

    def blind(self) -> Effects:
        """Camera or face process is gone: whoever was on the way by face must come again."""
        self.face_way.liveness.forget()
        return Effects(list(self.face_way.drop()))

    def typed(self, code: CodeTyped, now: float) -> Effects:
        """A code; its digest is asked for, or it is refused at once."""
        answer = self.access.typed(code, now)
        if isinstance(answer, Refused):
            return self._answer(answer, WAYS[code.source], now, now)
        self._notices.show(Notice.CHECKING, now)
        return Effects([answer])

    def digested(self, code: CodeDigested, now: float) -> Effects:
        """The digest came: decide. A wrong try is in the ledger before anybody is told that it was one."""
        if code.source in (CodeSource.AFTER_FACE, CodeSource.PHONE):
            effects = self._stepped(self.face_way.digested(code, now), now)
        else:
            effects = self._answer(self.access.digested(code), WAYS[code.source], code.typed_at, now)
        effects.add(self.duress(WAYS.get(code.source, Way.FACE_CODE), now))
        effects.records += self.access.tries.unsaved()
        return effects

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
        effects.add(self._faults.set(self.door.exit_stuck, FaultCode.EXIT_STUCK, "", f"pressed for {EXIT_STUCK_S:g} s", now))
        effects.records += self.access.tries.tick(now)
        return effects

    def deadline(self) -> float:
        """When tick has something to do."""
        return min(self.door.deadline(), self.visits.deadline(), self.face_way.deadline(), self.access.tries.deadline())

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
            blocked = self._blocked(answer.person) or self.hours.refuses(answer.person, now)
            answer = Refused(blocked) if blocked else answer
        if isinstance(answer, Refused):
            self._notices.show(Notice.REFUSED, now, answer.reason)
            return Effects(facts=[EntryRefused(way=way, reason=answer.reason)])
        return self._grant(answer.person.person, way, since, now)

    def _blocked(self, person: Person | None = None) -> Refusal | None:
        """A steward comes in after a fire alarm, when all that still stands is that somebody must look at the room."""
        fault = self._faults.blocks(Service.ENTRY)
        if fault is FaultCode.FIRE_RESET_DUE and person and person.role is Role.STEWARD:
            fault = next((f for f, _ in self._faults.standing() if Service.ENTRY in BLOCKS[f] and f is not FaultCode.FIRE_RESET_DUE), None)
        if fault:
            return BLOCKED.get(fault, Refusal.CANNOT_RECORD)
        return Refusal.FULL if self.visits.inside() >= self.config.access.most_inside else None

    def duress(self, way: Way, now: float) -> Effects:
        """A second PIN calls for help in silence, whether its owner was let in or not."""
        person = self.access.take_duress()
        if person is None:
            return Effects()
        self.called_at = now
        effects = Effects(facts=[DuressCalled(person=person, way=way)])
        effects.add(self._faults.raise_(FaultCode.DURESS, "", "a duress code was typed", now))
        return effects

    def _came_again(self, visit: str, begun: Effects) -> PassbackNoticed | None:
        """Somebody who was believed inside has the screen at once; told when they really come in."""
        inside = self.visits.current is not None and self.visits.current.visit == visit
        before = next((fact for fact in begun.facts if isinstance(fact, VisitEnded)), None)
        if not (inside and before and before.stayed_s < self.config.access.passback_s):
            return None
        return PassbackNoticed(visit=visit, person=before.person, since_s=before.stayed_s)

    def _grant(self, person: str, way: Way, since: float, now: float) -> Effects:
        visit = self._unrecorded = self._number()
        effects = self.visits.not_entered(now) if self.door.free or self.door.state is DoorState.LOCKED else Effects()
        effects.actions += self.face_way.drop()
        begun = self.visits.begin(visit, person, now)
        self._again = self._came_again(visit, begun)
        effects.add(begun)
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
                again, self._again = self._again, None
                return Effects(facts=[again] if again else [])
            case DoorOpened(cause=DoorCause.FORCED):
                return self._faults.raise_(FaultCode.DOOR_FORCED, "", "opened without anybody let in or out", now)
            case DoorHeldOpen(alarm=True, open_s=open_s):
                return self._faults.raise_(FaultCode.DOOR_HELD, "", f"open for {open_s:g} s", now)
            case DoorLocked(opened=False):
                self._again = None
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
