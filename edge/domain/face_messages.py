"""What is sensed, commanded and remembered about faces that are kept. Part of the unions in messages.py. Nothing biometric."""

from dataclasses import dataclass
from enum import Enum

from contract.consent import ConsentBy, EnrolProblem, Language

# ---- inputs: the screen


@dataclass(frozen=True)
class ConsentAnswered:
    """The answer under the whole notice. `notice` is the version that was shown, unchecked text; `of_age`: 16 or older."""

    agreed: bool
    of_age: bool
    notice: str
    language: Language


@dataclass(frozen=True)
class EnrolStopAsked:
    """The visitor changed their mind while pictures are taken."""


@dataclass(frozen=True)
class ForgetAsked:
    """The visitor wants their face erased."""


# ---- inputs: the face process


@dataclass(frozen=True)
class EnrolProgressed:
    """`good` of `wanted` images of one face in a row; what to do better comes as FaceHinted."""

    person: str
    good: int
    wanted: int


@dataclass(frozen=True)
class FaceSealed:
    """Enrolled: a template is in the vault. `nearest_distance` to anybody else there, inf for nobody; `seal` counts up."""

    person: str
    seal: int
    used: int
    nearest_distance: float
    flagged: bool
    engine: str


@dataclass(frozen=True)
class EnrolFailed:
    """Nothing was kept, and whatever was there before still is."""

    person: str
    reason: EnrolProblem


@dataclass(frozen=True)
class FaceErased:
    """The answer to ForgetFace; `receipt` '' when there was nothing."""

    person: str
    receipt: str


@dataclass(frozen=True)
class HeldFace:
    """One face in the vault. Days are ISO dates, '' when unknown."""

    person: str
    seal: int
    by: ConsentBy
    notice: str
    language: Language
    used: int
    flagged: bool
    made_on: str
    seen_on: str
    said_on: str = ""
    """Day of the consent where it is not that of the template: one that came from another station."""


@dataclass(frozen=True)
class Transfer:
    """A template that went to another station (`given`) or came from one, once. `day` is an ISO date; `notice` that of the consent for it."""

    number: str
    person: str
    station: str
    given: bool
    notice: str
    day: str


@dataclass(frozen=True)
class FacesHeld:
    """What the vault holds, in pages, told at the start and after each change from outside; `damaged` ones are not among `faces`."""

    faces: tuple[HeldFace, ...]
    receipts: tuple[tuple[str, str], ...]
    damaged: tuple[str, ...]
    first: bool
    last: bool
    transfers: tuple[Transfer, ...] = ()


# ---- actions


@dataclass(frozen=True)
class EnrolFace:
    """Take good images of the one face before the camera and seal their mean. Nearer than `too_close` to somebody else: flag it."""

    person: str
    day: str
    notice: str
    language: Language
    too_close: float


@dataclass(frozen=True)
class StopEnrolling:
    """Take no more images; throw away what was taken."""


@dataclass(frozen=True)
class ForgetFace:
    """Erase, and answer with FaceErased."""

    person: str


@dataclass(frozen=True)
class NoteVisit:
    """The person was here on this day."""

    person: str
    day: str


# ---- records


class Standing(Enum):
    """What a person last said."""

    GIVEN = "given"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Consent:
    """One person's word, and what is kept on the strength of it. `on`: the day it was said. `seal` is the last one known, 0 for none."""

    person: str
    standing: Standing
    by: ConsentBy
    notice: str
    language: Language
    on: str
    kept: bool = False
    seal: int = 0
    used: int = 0
    flagged: bool = False
    made_on: str = ""
    seen_on: str = ""


@dataclass(frozen=True)
class StoreConsent:
    """Replaces what was stored of this person."""

    consent: Consent


@dataclass(frozen=True)
class DropConsent:
    """Nothing is remembered of this person any more."""

    person: str


@dataclass(frozen=True)
class StoreTransfer:
    """The cloud is told of it, with this step."""

    transfer: Transfer


FaceInput = ConsentAnswered | EnrolStopAsked | ForgetAsked | EnrolProgressed | FaceSealed | EnrolFailed | FaceErased | FacesHeld
KeepOrder = EnrolFace | StopEnrolling | ForgetFace | NoteVisit
ConsentRecord = StoreConsent | DropConsent | StoreTransfer
