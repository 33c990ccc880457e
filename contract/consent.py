"""Facts about faces that are kept: who agreed to what, and what became of it. Part of the union in facts.py.

Nothing biometric: no image, no template, no distance. A person is a pseudonym.
"""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from contract.model import Model, PersonId, StationId

NoticeVersion = Annotated[str, Field(pattern=r"^[0-9a-f]{12}$")]
"""Digest of the text that the person was shown, in all its languages."""
Language = Literal["zh", "en"]
TransferNumber = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
"""Drawn at random by the station that invites; both ends tell it, so that what went can be found again where it came."""


class ConsentBy(StrEnum):
    """Who took the consent down: the person at the screen, or somebody of the team on paper, here or where the template was made."""

    VISITOR = "visitor"
    OPERATOR = "operator"
    ELSEWHERE = "elsewhere"


class EnrolProblem(StrEnum):
    """Why no face was kept. The screen has words for each."""

    UNDER_AGE = "under_age"
    NOTICE_CHANGED = "notice_changed"
    NO_RIGHT = "no_right"
    BLOCKED = "blocked"
    STOPPED = "stopped"
    TIMED_OUT = "timed_out"
    FACES_LOST = "faces_lost"
    NOT_STORED = "not_stored"
    CANNOT_RECORD = "cannot_record"


class Forgotten(StrEnum):
    """Why a face was erased. `missing`: it was found gone, and nobody here had asked for it."""

    WITHDRAWN = "withdrawn"
    FROM_AFAR = "from_afar"
    OPERATOR = "operator"
    NOT_SEEN = "not_seen"
    NO_RIGHT = "no_right"
    MISSING = "missing"


class ConsentGiven(Model):
    kind: Literal["consent_given"] = "consent_given"
    person: PersonId
    notice: NoticeVersion
    language: Language
    by: ConsentBy


class ConsentRefused(Model):
    kind: Literal["consent_refused"] = "consent_refused"
    person: PersonId
    notice: NoticeVersion
    language: Language


class ConsentWithdrawn(Model):
    kind: Literal["consent_withdrawn"] = "consent_withdrawn"
    person: PersonId


class FaceEnrolled(Model):
    kind: Literal["face_enrolled"] = "face_enrolled"
    person: PersonId
    used: Annotated[int, Field(ge=0, le=100)] = Field(description="good images in the template; none of them is kept")
    flagged: bool = Field(description="very near to somebody else: a face alone will often not be enough for either")


class FaceForgotten(Model):
    kind: Literal["face_forgotten"] = "face_forgotten"
    person: PersonId
    receipt: Annotated[str, Field(max_length=32)] = Field(description="of the erasure; empty when it was found gone")
    reason: Forgotten


class EnrolmentRefused(Model):
    kind: Literal["enrolment_refused"] = "enrolment_refused"
    reason: EnrolProblem


class TemplateShared(Model):
    """A sealed template was handed to an operator for one other station. Whether it got there, that station tells."""

    kind: Literal["template_shared"] = "template_shared"
    person: PersonId
    destination: StationId
    notice: NoticeVersion = Field(description="of the second consent, for this destination alone")
    transfer: TransferNumber


class TemplateReceived(Model):
    kind: Literal["template_received"] = "template_received"
    person: PersonId
    source: StationId
    notice: NoticeVersion
    transfer: TransferNumber
