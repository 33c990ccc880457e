"""Which faces may stay in the vault: erases those without consent, without a right, or not seen for long. Pure.

The vault is another process's. What it says it holds is compared with what people agreed to, so that a crash on either side, a
command line on the spot or a lost file ends in the same state: a face is kept only where a consent stands.
"""

from dataclasses import replace

from contract.commands import Reply
from contract.consent import ConsentBy, ConsentGiven, FaceEnrolled, FaceForgotten, Forgotten
from contract.roster import FaceRight, Roster
from contract.topics import Leaf
from edge.domain.consent import Consents, days_between
from edge.domain.face_messages import Consent, FaceErased, FaceSealed, FacesHeld, ForgetFace, HeldFace, NoteVisit, Standing
from edge.domain.intake import Intake
from edge.domain.messages import Action, Effects, Say


class Keeping:
    """`pending` are erasures that were ordered and not yet confirmed; they are ordered again whenever the vault is heard."""

    def __init__(self, consents: Consents, intake: Intake, keep_days: int, sharing: bool = False) -> None:
        """`sharing`: whether templates of other stations may be here."""
        self._consents, self._intake, self._keep_days, self._sharing = consents, intake, keep_days, sharing
        self._rights: dict[str, FaceRight] | None = None
        self._commands: dict[str, list[str]] = {}
        self._heard: dict[str, HeldFace] = {}
        kept = consents.kept()
        self.pending = {consent.person: Forgotten.WITHDRAWN for consent in kept if consent.standing is Standing.WITHDRAWN}
        self.receipts: dict[str, str] = {}

    def allowed(self, person: str) -> bool:
        """Whether the roster lets this station keep a face of this person."""
        return self._rights is None or self._rights.get(person) is FaceRight.ALLOWED

    def stands(self, person: str) -> bool:
        """Whether a face of this person may still decide: not while its erasure is under way."""
        return person not in self.pending

    def forget(self, person: str, reason: Forgotten, day: str | None) -> Effects:
        """Take the consent back and erase. Ordered also where nothing seems to be kept: the vault knows better."""
        effects = self._consents.withdraw(person, day)
        self.pending.setdefault(person, reason)
        effects.actions.append(ForgetFace(person))
        return effects

    def command(self, person: str, number: str, day: str | None) -> Effects:
        """From the cloud; answered on `cmd/reply` when it is done."""
        self._commands.setdefault(person, []).append(number)
        return self.forget(person, Forgotten.FROM_AFAR, day)

    def erased(self, heard: FaceErased) -> Effects:
        """The vault has done it."""
        reason = self.pending.pop(heard.person, Forgotten.OPERATOR)
        return self._gone(heard.person, heard.receipt, reason)

    def sealed(self, heard: FaceSealed, day: str | None) -> Effects:
        """A face was enrolled at the screen. Without a consent that stands, it goes at once."""
        consent = self._consents.of(heard.person)
        if consent is None or consent.standing is not Standing.GIVEN or not self.allowed(heard.person):
            return self.forget(heard.person, Forgotten.WITHDRAWN, day)
        now = {"kept": True, "seal": heard.seal, "used": heard.used, "flagged": heard.flagged, "made_on": day or "", "seen_on": day or ""}
        effects = self._consents.store(replace(consent, **now))  # type: ignore[arg-type]
        effects.facts.append(FaceEnrolled(person=heard.person, used=heard.used, flagged=heard.flagged))
        return effects

    def held(self, heard: FacesHeld, day: str | None, now: float) -> Effects:
        """All pages together are the truth about the vault."""
        if heard.first:
            self._heard, self.receipts = {}, {}
        self._heard |= {face.person: face for face in heard.faces}
        self.receipts |= dict(heard.receipts)
        effects = Effects()
        if heard.damaged:
            words = f"{len(heard.damaged)} seals forged or damaged: those faces are not compared; forget and enrol them anew"
            effects.add(self._intake.refuse("vault", words, now))
        if heard.last:
            effects.add(self._reconcile(set(heard.damaged), day, now))
        return effects

    def apply(self, roster: Roster, day: str | None) -> Effects:
        """Whoever has no right here any more is forgotten at once."""
        before, self._rights = self._rights or {}, {person.person: person.face for person in roster.people}
        effects = Effects()
        for consent in self._consents.kept():
            effects.add(self._judge(consent.person, day))
        for person, right in self._rights.items():
            if self._sharing and right is FaceRight.WITHDRAWN and before.get(person) is not FaceRight.WITHDRAWN:
                effects.add(self._take_back(person))
        return effects

    def turn(self, day: str) -> Effects:
        """A new day: who was not here for long is forgotten, without having withdrawn anything."""
        effects = Effects()
        for consent in self._consents.kept():
            last = max(consent.seen_on, consent.made_on)
            if last == "":
                effects.add(self._consents.store(replace(consent, made_on=day, seen_on=day)))
            elif days_between(last, day) > self._keep_days and consent.person not in self.pending:
                self.pending[consent.person] = Forgotten.NOT_SEEN
                effects.actions.append(ForgetFace(consent.person))
        return effects

    def visited(self, person: str, day: str | None) -> Effects:
        """Once a day."""
        consent = self._consents.of(person)
        if consent is None or not consent.kept or day is None or consent.seen_on >= day:
            return Effects()
        effects = self._consents.store(replace(consent, seen_on=day))
        effects.actions.append(NoteVisit(person, day))
        return effects

    def _reconcile(self, damaged: set[str], day: str | None, now: float) -> Effects:
        effects = Effects()
        for face in self._heard.values():
            effects.add(self._take_up(face, day, now))
        for consent in self._consents.kept():
            if consent.person not in self._heard and consent.person not in damaged:
                receipt = self.receipts.get(consent.person, "")
                reason = self.pending.pop(consent.person, Forgotten.OPERATOR if receipt else Forgotten.MISSING)
                effects.add(self._consents.withdraw(consent.person, day) if reason is Forgotten.OPERATOR else Effects())
                effects.add(self._gone(consent.person, receipt, reason))
        for person in list(self.pending):
            effects.actions.append(ForgetFace(person))
        return effects

    def _take_up(self, face: HeldFace, day: str | None, now: float) -> Effects:
        """A face that the ledger does not know of: a consent on paper, here or at another station, or sealed just before a crash."""
        known = self._consents.of(face.person)
        if face.person in self.pending:
            return Effects()
        if known and known.kept and known.seal == face.seal:
            return self._judge(face.person, day)
        if face.by is ConsentBy.ELSEWHERE and not self._may_come(face, known):
            return self._turn_away(face.person, now)
        on_paper = face.by is not ConsentBy.VISITOR and (known is None or face.seal > known.seal)
        if not on_paper and (known is None or known.standing is not Standing.GIVEN):
            return self.forget(face.person, Forgotten.WITHDRAWN, day)
        new = Consent(
            face.person, Standing.GIVEN, face.by, face.notice, face.language, face.said_on or face.made_on or day or "", True, face.seal, face.used,
            face.flagged, face.made_on, face.seen_on,
        )  # fmt: skip
        effects = self._consents.store(new)
        if on_paper:
            effects.facts.append(ConsentGiven(person=face.person, notice=face.notice, language=face.language, by=face.by))
        effects.facts.append(FaceEnrolled(person=face.person, used=face.used, flagged=face.flagged))
        effects.add(self._judge(face.person, day))
        return effects

    def _take_back(self, person: str) -> Effects:
        """Nothing may be kept here of this person, but a package may be on its way: to forget takes back what invited it."""
        if person in self.pending:
            return Effects()
        self.pending[person] = Forgotten.FROM_AFAR
        return Effects([ForgetFace(person)])

    def _may_come(self, face: HeldFace, known: Consent | None) -> bool:
        """A consent that is older than a no, or of the same day, does not undo it; nor does one of an unknown day."""
        if known is None or known.standing is Standing.GIVEN:
            return self._sharing
        return self._sharing and "" not in (face.said_on, known.on) and face.said_on > known.on

    def _turn_away(self, person: str, now: float) -> Effects:
        self.pending[person] = Forgotten.NO_RIGHT
        words = "a template of another station came without a right to: sharing is off here, or the person said no since; it is erased"
        effects = self._intake.refuse("vault", words, now)
        effects.actions.append(ForgetFace(person))
        return effects

    def _judge(self, person: str, day: str | None) -> Effects:
        if self.allowed(person) or person in self.pending:
            return Effects()
        rights = self._rights or {}
        if rights.get(person) is FaceRight.WITHDRAWN:
            return self.forget(person, Forgotten.FROM_AFAR, day)
        self.pending[person] = Forgotten.NO_RIGHT
        return Effects([ForgetFace(person)])

    def _gone(self, person: str, receipt: str, reason: Forgotten) -> Effects:
        """The ledger learns it. Who did not withdraw, but was forgotten by time or right, may be asked again."""
        effects = Effects(self._replies(person, receipt))
        consent = self._consents.of(person)
        if receipt:
            self.receipts[person] = receipt
        if consent is None or not consent.kept:
            return effects
        if consent.standing is Standing.WITHDRAWN:
            effects.add(self._consents.store(replace(consent, kept=False, used=0, flagged=False, made_on="", seen_on="")))
        else:
            effects.add(self._consents.drop(person))
        effects.facts.append(FaceForgotten(person=person, receipt=receipt, reason=reason))
        return effects

    def _replies(self, person: str, receipt: str) -> list[Action]:
        reason = "" if receipt else "nothing was kept here"
        replies = [Reply(id=number, done=True, reason=reason, receipt=receipt) for number in self._commands.pop(person, [])]
        return [Say(Leaf.CMD_REPLY, reply.model_dump_json().encode()) for reply in replies]
