"""The conversation about the visitor's own face at the screen: notice, consent, images, "what do you store", "forget me". Pure.

Only for a visitor who came in another way: whoever stands before the camera is believed to be the one that the code named, so the
screen shows the live picture while images are taken, and one track of one face must last throughout.
"""

from collections.abc import Iterable
from dataclasses import replace
from math import inf

from contract.config import StationConfig
from contract.consent import EnrolmentRefused, EnrolProblem, Forgotten
from contract.facts import EntryGranted
from contract.roster import Roster
from edge.domain.consent import Consents
from edge.domain.face_messages import (
    Consent,
    ConsentAnswered,
    EnrolFace,
    EnrolFailed,
    EnrolProgressed,
    EnrolStopAsked,
    FaceErased,
    FaceInput,
    FaceSealed,
    FacesHeld,
    ForgetAsked,
    StopEnrolling,
    Transfer,
)
from edge.domain.faults import Faults, Service
from edge.domain.gallery import GallerySize
from edge.domain.handovers import Handovers
from edge.domain.identity import limit
from edge.domain.intake import Intake
from edge.domain.keeping import Keeping
from edge.domain.messages import Effects
from edge.domain.own_view import FaceStep, OwnFace
from edge.domain.sight import FaceCompared, FaceVerified
from edge.domain.visits import Visits

LONGEST_S = 60.0
"""The face process gives up after 30 s; this is for one that says nothing at all."""


class FaceDesk:
    """One visitor at a time. Every input comes with the day of trusted time, None for unknown."""

    def __init__(
        self, config: StationConfig, notice: str, restored: list[Consent], faults: Faults, intake: Intake, visits: Visits,
        transfers: Iterable[Transfer] = (),
    ) -> None:
        self.config, self._faults, self._visits = config, faults, visits
        self.consents = Consents(notice, restored)
        self.keeping = Keeping(self.consents, intake, config.identity.keep_days, config.identity.template_sharing)
        self.handovers = Handovers(transfers)
        self.gallery = GallerySize(config.identity, faults)
        self._person: str | None = None
        self._step = FaceStep.IDLE
        self._progress = (0, 0)
        self._problem: EnrolProblem | None = None
        self._until = inf
        self._day: str | None = None

    def handle(self, heard: FaceInput, day: str | None, now: float) -> Effects:
        """One input about kept faces."""
        match heard:
            case ConsentAnswered() | EnrolStopAsked() | ForgetAsked():
                return self._screen(heard, day, now)
            case EnrolProgressed(person, good, wanted):
                if self._capturing(person):
                    self._progress = (good, wanted)
            case FaceSealed(person):
                effects = self.keeping.sealed(heard, day)
                if self._capturing(person):
                    self._show(FaceStep.DONE)
                return self._counted(effects)
            case EnrolFailed(person, reason):
                return self._fail(reason) if self._capturing(person) else Effects()
            case FaceErased(person):
                if (self._person, self._step) == (person, FaceStep.FORGETTING):
                    self._show(FaceStep.FORGOTTEN)
                return self._counted(self.keeping.erased(heard))
            case FacesHeld():
                effects = self.keeping.held(heard, day, now)
                effects.add(self.handovers.heard(heard.transfers))
                return self._counted(effects) if heard.last else effects
        return Effects()

    def apply(self, roster: Roster, day: str | None) -> Effects:
        """A new roster is in force."""
        return self.keeping.apply(roster, day)

    def follow(self, effects: Effects, day: str | None) -> Effects:
        """What else happened in this step: who came, and whether the visitor who was served here is gone."""
        more = Effects()
        for fact in effects.facts:
            if isinstance(fact, EntryGranted):
                more.add(self.keeping.visited(fact.person, day))
        visit = self._visits.current
        if self._person is not None and (visit is None or visit.person != self._person):
            more.add(self._leave())
        return more

    def tick(self, day: str | None, now: float) -> Effects:
        """A new day, a face process that is gone, and a silence that lasts too long."""
        effects = self.gallery.tick(now)
        if day is not None and day != self._day:
            self._day = day
            effects.add(self.consents.turn(day))
            effects.add(self.keeping.turn(day))
        if self._step is FaceStep.CAPTURE and (now >= self._until or not self._camera_works()):
            effects.add(self._fail(EnrolProblem.TIMED_OUT if now >= self._until else EnrolProblem.FACES_LOST))
            effects.actions.append(StopEnrolling())
        return effects

    def deadline(self) -> float:
        """When tick has something to do."""
        return self._until

    def revoke(self) -> Effects:
        """The consent could not be recorded: no image is taken on the strength of it."""
        return self._fail(EnrolProblem.CANNOT_RECORD) if self._step is FaceStep.CAPTURE else Effects()

    def screened(self, seen: FaceCompared) -> FaceCompared:
        """A face that is about to be erased is near nobody. Also tells how many there are."""
        self.gallery.people = seen.gallery
        if seen.best is None or self.keeping.stands(seen.best):
            return seen
        return replace(seen, best=None, best_distance=inf, second_distance=inf)

    def verified(self, seen: FaceVerified) -> FaceVerified:
        """The same for a comparison with one person."""
        return seen if self.keeping.stands(seen.person) else replace(seen, distance=inf)

    def view(self, day: str | None) -> OwnFace | None:
        """For the visitor at the screen; None for nobody."""
        visit = self._visits.current
        if visit is None:
            return None
        person, consent = visit.person, self.consents.of(visit.person)
        return OwnFace(
            step=self._step if person == self._person else FaceStep.IDLE, ask=self._offers(person, day), may_enrol=self._may_enrol(person),
            notice=self.consents.notice, keep_days=self.config.identity.keep_days, handler=self.config.identity.handler,
            good=self._progress[0], wanted=self._progress[1], problem=self._problem if person == self._person else None,
            standing=consent.standing.value if consent else None, agreed_notice=consent.notice if consent else "",
            said_on=consent.on if consent else "", kept=bool(consent and consent.kept), flagged=bool(consent and consent.flagged),
            used=consent.used if consent else 0, made_on=consent.made_on if consent else "", seen_on=consent.seen_on if consent else "",
            receipt=self.keeping.receipts.get(person, ""), shared=self.handovers.given(person), came=self.handovers.received(person),
        )  # fmt: skip

    def _counted(self, effects: Effects) -> Effects:
        self.gallery.people = len(self.consents.kept())
        return effects

    def _screen(self, heard: ConsentAnswered | EnrolStopAsked | ForgetAsked, day: str | None, now: float) -> Effects:
        visit = self._visits.current
        if visit is None:
            return Effects()
        self._visits.touched(now)
        if self._person != visit.person:
            self._person, self._problem = visit.person, None
            self._show(FaceStep.IDLE)
        match heard:
            case ConsentAnswered():
                return self._answered(visit.person, heard, day, now)
            case EnrolStopAsked():
                return self._stopped(visit.person, day)
            case ForgetAsked():
                stop = self._stopped(visit.person, day)
                self._show(FaceStep.FORGETTING)
                stop.add(self.keeping.forget(visit.person, Forgotten.WITHDRAWN, day))
                return stop

    def _answered(self, person: str, heard: ConsentAnswered, day: str | None, now: float) -> Effects:
        if self._step is FaceStep.CAPTURE:
            return Effects()
        if not heard.agreed or not heard.of_age:
            effects = self.consents.refuse(person, heard.language, day, told=not heard.agreed)
            if heard.agreed:
                effects.add(self._fail(EnrolProblem.UNDER_AGE))
            return effects
        problem = self._hindrance(person, heard.notice)
        if problem:
            return self._fail(problem)
        effects = self.consents.give(person, heard.language, day)
        near = limit(self.config.identity, max(1, len(self.consents.kept()))) + self.config.identity.margin
        effects.actions.append(EnrolFace(person, day or "", heard.notice, heard.language, near))
        self._show(FaceStep.CAPTURE)
        self._until, self._progress, self._problem = now + LONGEST_S, (0, 0), None
        return effects

    def _hindrance(self, person: str, notice: str) -> EnrolProblem | None:
        if notice != self.consents.notice:
            return EnrolProblem.NOTICE_CHANGED
        if not self.keeping.allowed(person):
            return EnrolProblem.BLOCKED
        return None if self._camera_works() else EnrolProblem.FACES_LOST

    def _stopped(self, person: str, day: str | None) -> Effects:
        if not self._capturing(person):
            return Effects()
        effects = self._fail(EnrolProblem.STOPPED)
        effects.actions.append(StopEnrolling())
        consent = self.consents.of(person)
        if consent is None or not consent.kept:
            effects.add(self.consents.withdraw(person, day))
        return effects

    def _leave(self) -> Effects:
        stop = [StopEnrolling()] if self._step is FaceStep.CAPTURE else []
        effects = self._fail(EnrolProblem.STOPPED) if stop else Effects()
        effects.actions += stop
        self._person, self._problem = None, None
        self._show(FaceStep.IDLE)
        return effects

    def _fail(self, problem: EnrolProblem) -> Effects:
        self._problem = problem
        self._show(FaceStep.FAILED)
        return Effects(facts=[EnrolmentRefused(reason=problem)])

    def _show(self, step: FaceStep) -> None:
        self._step, self._until = step, inf

    def _capturing(self, person: str) -> bool:
        return (self._person, self._step) == (person, FaceStep.CAPTURE)

    def _camera_works(self) -> bool:
        return self.config.camera is not None and self._faults.blocks(Service.FACE) is None

    def _may_enrol(self, person: str) -> bool:
        return self._camera_works() and self.keeping.allowed(person)

    def _offers(self, person: str, day: str | None) -> bool:
        return self._may_enrol(person) and self.consents.may_ask(person, day)
