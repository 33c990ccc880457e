"""A face on its way in: who is it, is it alive, is it still the same, and what else must it bring along. Never opens a door itself.

Identity first, then the challenge, then a fresh comparison of the same track with that one person, then the answer. A face that
is near somebody may be named by the last four digits of that person's phone number: digits and face together, neither alone.
Where sources of liveness are configured, each must have said a moment ago, at each grant that a face has a part in, that it is alive.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from math import inf

from contract.config import Assurance, IdentityConfig
from contract.facts import Refusal, Way
from contract.roster import phone_key
from edge.domain.access import Access, Granted, Refused
from edge.domain.challenge import Challenge, Outcome, Prompt, drawn
from edge.domain.identity import Attention, Identified, NotSure, Verdict, assurance, decide, same_person, still_the_same
from edge.domain.liveness import Liveness, Word
from edge.domain.messages import Action, CodeDigested, CodeSource, CodeTyped, DigestCode
from edge.domain.pauses import Pauses
from edge.domain.sight import AskPose, FaceCompared, FacePosed, FaceVerified, LivenessChanged, LivenessJudged, VerifyFace

ASK_S = 30.0
"""s in which the digits or the PIN must be typed: to find the keys, gloves off."""
VERIFY_S = 5.0
"""s for three fresh good frames."""
ALIVE_S = 2.0
"""s in which the sources of liveness must have answered for a face that is let in otherwise: a model needs a few frames."""


class Ask(Enum):
    """What the screen asks of somebody whose face it has seen."""

    PHONE = "phone"
    PIN = "pin"


@dataclass(frozen=True)
class Step:
    """What came of it: something to do, an answer to give, or neither. `since` is the first frame used, or the last key."""

    actions: tuple[Action, ...] = ()
    answer: Granted | Refused | None = None
    way: Way = Way.FACE
    since: float = 0.0


@dataclass
class Claim:
    """Somebody was asked for digits. `waiting` counts digests that are not there yet."""

    ask: Ask
    people: tuple[str, ...]
    until: float
    gallery: int = 1
    waiting: int = 0


@dataclass
class Attempt:
    """Somebody is known and has not been let in yet. `track` None: whoever stands there."""

    person: str
    way: Way
    gallery: int
    since: float
    track: int | None
    alive: bool
    verify_until: float = inf
    alive_until: float = inf
    challenge: Challenge | None = None


NOTHING = Step()


@dataclass
class FaceWay:
    """At most one attempt and one claim at a time."""

    config: IdentityConfig
    access: Access
    chance: Iterator[int]
    hour: Callable[[float], int | None]
    blocked: Callable[[], Refusal | None]
    pauses: Pauses = field(init=False)
    claim: Claim | None = None
    _attempt: Attempt | None = None

    def __post_init__(self) -> None:
        self.pauses = Pauses(self.config.face_tries)
        self._attention = Attention(self.config.again_s)
        self.liveness = Liveness(self.config.liveness)

    @property
    def prompt(self) -> Prompt | None:
        """Of the challenge under way."""
        challenge = self._attempt.challenge if self._attempt else None
        return challenge.prompt if challenge and challenge.outcome is Outcome.GOING else None

    def compared(self, seen: FaceCompared, now: float) -> Step:
        """One comparison of one tracked face."""
        if self._attempt:
            return self._beside(self._attempt, seen, now)
        verdict = decide(seen, self.config)
        sure = isinstance(verdict, Identified)
        if self.liveness.down or self.pauses.active(now) or (self.claim and not sure) or not self._attention.wants_answer(seen.track, sure, now):
            return NOTHING
        return self._decided(verdict, seen, now)

    def posed(self, seen: FacePosed, now: float) -> Step:
        """Where the face looks, during a challenge."""
        attempt = self._attempt
        if attempt is None or attempt.challenge is None:
            return NOTHING
        attempt.challenge.pose(seen, now)
        return self._judged(attempt, now)

    def verified(self, seen: FaceVerified, now: float) -> Step:
        """The fresh comparison that was asked for."""
        attempt = self._attempt
        if attempt is None or attempt.verify_until == inf or seen.person != attempt.person or attempt.track not in (None, seen.track):
            return NOTHING
        if attempt.way is Way.FACE_PHONE:
            same = same_person(seen.distance, seen.frames, self.config)
        else:
            same = still_the_same(seen.distance, seen.frames, attempt.gallery, self.config)
        if not same:
            return self._refuse(Refusal.LIVENESS_FAILED if attempt.way is Way.FACE else Refusal.NOT_CONFIRMED, now)
        attempt.track, attempt.verify_until = seen.track, inf
        return self._grant(attempt, now) if attempt.alive else self._challenge(attempt, seen.track, now)

    def judged(self, heard: LivenessJudged, now: float) -> Step:
        """What a source of liveness says: a no ends the attempt of that face, the last yes that was missing lets it in."""
        self.liveness.judged(heard, now)
        attempt = self._attempt
        if attempt and self.liveness.of(attempt.track, now) is Word.NOT_ALIVE:
            return self._refuse(Refusal.LIVENESS_FAILED, now)
        return self._grant(attempt, now) if attempt and attempt.alive_until < inf else NOTHING

    def source_changed(self, heard: LivenessChanged) -> tuple[Action, ...]:
        """A source of liveness works or does not. Without it nobody is on the way by face."""
        self.liveness.changed(heard)
        return self.drop() if self.liveness.down else ()

    def disturbed(self, reason: Refusal, now: float) -> Step:
        """A second face, or a picture that stands still."""
        return self._refuse(reason, now) if self._attempt and self._attempt.challenge else NOTHING

    def answered(self, digits: str, now: float) -> Step:
        """What was typed after a face."""
        claim = self.claim
        if claim is None or claim.waiting:
            return Step(answer=Refused(Refusal.NOT_IDENTIFIED), since=now) if claim is None else NOTHING
        if claim.ask is Ask.PIN:
            person = self.access.person(claim.people[0])
            typed = self.access.typed(CodeTyped((person and person.number) or "0000", digits, CodeSource.AFTER_FACE), now)
            asked: list[DigestCode] | Refused = typed if isinstance(typed, Refused) else [typed]
        else:
            asked = self.access.phone_typed(claim.people, digits, now)
        if isinstance(asked, Refused):
            return Step(answer=asked, way=WAYS[claim.ask], since=now)
        claim.waiting = len(asked)
        return Step(actions=tuple(asked))

    def digested(self, code: CodeDigested, now: float) -> Step:
        """A digest of what was typed after a face."""
        claim = self.claim
        if claim is None or not claim.waiting:
            return NOTHING
        claim.waiting -= 1
        if claim.ask is Ask.PIN:
            return self._pin(claim, code, now)
        person = next((each for each in claim.people if phone_key(each) == code.number), None)
        if person and self.access.phone_fits(person, code):
            self.claim = None
            alive = assurance(self.config, self.hour(now)) is Assurance.FACE
            self._attempt = Attempt(person, Way.FACE_PHONE, 1, code.typed_at, None, alive, now + VERIFY_S)
            return Step((VerifyFace(person, None),))
        return NOTHING if claim.waiting else self._refuse(Refusal.NOT_CONFIRMED, now, code.typed_at, Way.FACE_PHONE)

    def drop(self) -> tuple[Action, ...]:
        """Forget whoever was on the way: they came in otherwise, or nobody can be seen any more. No refusal."""
        attempt, self._attempt, self.claim = self._attempt, None, None
        return (AskPose(attempt.challenge.track, False),) if attempt and attempt.challenge else ()

    def tick(self, now: float) -> Step:
        """Everything that is due by now."""
        if self.claim and now >= self.claim.until:
            self.claim = None
        attempt = self._attempt
        if attempt is None:
            return NOTHING
        if attempt.challenge:
            attempt.challenge.tick(now)
            return self._judged(attempt, now)
        if now >= attempt.alive_until:
            return self._refuse(Refusal.LIVENESS_FAILED, now)
        return self._refuse(Refusal.NOT_CONFIRMED, now) if now >= attempt.verify_until else NOTHING

    def deadline(self) -> float:
        """When tick has something to do."""
        attempt, until = self._attempt, self.claim.until if self.claim else inf
        challenge = attempt.challenge.deadline() if attempt and attempt.challenge else inf
        return min(until, challenge, attempt.verify_until, attempt.alive_until) if attempt else until

    def _beside(self, attempt: Attempt, seen: FaceCompared, now: float) -> Step:
        """Another face, or the same track as somebody else, ends the attempt."""
        other_track = attempt.track is not None and seen.track != attempt.track
        verdict = decide(seen, self.config)
        other_person = isinstance(verdict, Identified) and verdict.person != attempt.person
        return self._refuse(Refusal.LIVENESS_FAILED, now) if other_track or other_person else NOTHING

    def _decided(self, verdict: Verdict, seen: FaceCompared, now: float) -> Step:
        match verdict:
            case Identified(person):
                return self._identified(person, seen, now)
            case NotSure(candidates):
                named = tuple(each for each in candidates if self.access.has_phone(each))
                self.claim = Claim(Ask.PHONE, named, now + ASK_S) if named else None
                return self._refuse(Refusal.NOT_SURE, now, seen.seen_at)
        return self._refuse(Refusal.UNKNOWN_FACE, now, seen.seen_at)

    def _identified(self, person: str, seen: FaceCompared, now: float) -> Step:
        answer, blocked = self.access.by_face(person), self.blocked()
        wanted = assurance(self.config, self.hour(now))
        if isinstance(answer, Refused) or blocked:
            return Step(answer=Refused(blocked) if blocked else answer, since=seen.seen_at)
        if self.liveness.of(seen.track, now) is Word.NOT_ALIVE:
            return self._refuse(Refusal.LIVENESS_FAILED, now, seen.seen_at)
        if wanted is Assurance.FACE_PLUS_CODE:
            self.claim = Claim(Ask.PIN, (person,), now + ASK_S, seen.gallery)
            return NOTHING
        self.claim = None
        attempt = Attempt(person, Way.FACE, seen.gallery, seen.seen_at, seen.track, wanted is Assurance.FACE)
        return self._grant(attempt, now) if attempt.alive else self._challenge(attempt, seen.track, now)

    def _challenge(self, attempt: Attempt, track: int, now: float) -> Step:
        attempt.challenge = Challenge(self.config, track, drawn(self.config.turns, self.chance), now)
        self._attempt = attempt
        return Step((AskPose(track, True),))

    def _judged(self, attempt: Attempt, now: float) -> Step:
        challenge = attempt.challenge
        if challenge is None or challenge.outcome is Outcome.GOING:
            return NOTHING
        if challenge.outcome is Outcome.FAILED:
            return self._refuse(Refusal.LIVENESS_FAILED, now)
        attempt.challenge, attempt.alive, attempt.verify_until = None, True, now + VERIFY_S
        return Step((AskPose(challenge.track, False), VerifyFace(attempt.person, challenge.track)))

    def _pin(self, claim: Claim, code: CodeDigested, now: float) -> Step:
        answer = self.access.digested(code)
        person = claim.people[0]
        if isinstance(answer, Refused) or answer.person.person != person:
            return Step(answer=answer if isinstance(answer, Refused) else Refused(Refusal.WRONG_CODE), way=Way.FACE_CODE, since=code.typed_at)
        self.claim = None
        if self.liveness.wanted:  # the face was seen half a minute ago: whose is there now is compared again, and judged
            self._attempt = Attempt(person, Way.FACE_CODE, claim.gallery, code.typed_at, None, True, now + VERIFY_S)
            return Step((VerifyFace(person, None),))
        self.pauses.granted()
        return Step(answer=answer, way=Way.FACE_CODE, since=code.typed_at)

    def _grant(self, attempt: Attempt, now: float) -> Step:
        """Asks the sources of liveness, then the roster once more: a right may have gone during the challenge."""
        self._attempt, word = attempt, self.liveness.of(attempt.track, now)
        if word is Word.NOT_ALIVE:
            return self._refuse(Refusal.LIVENESS_FAILED, now)
        if word is Word.NOTHING:
            attempt.alive_until = min(attempt.alive_until, now + ALIVE_S)
            return NOTHING
        self._attempt = None
        self.pauses.granted()
        return Step(answer=self.access.by_face(attempt.person), way=attempt.way, since=attempt.since)

    def _refuse(self, reason: Refusal, now: float, since: float | None = None, way: Way = Way.FACE) -> Step:
        attempt, claim = self._attempt, self.claim
        done = self.drop()
        self.pauses.refused(reason, now)
        self.claim = None if self.pauses.active(now) else claim
        if attempt:
            since, way = attempt.since, attempt.way
        return Step(done, Refused(reason), way, now if since is None else since)


WAYS = {Ask.PIN: Way.FACE_CODE, Ask.PHONE: Way.FACE_PHONE}
