"""From the body of a POST to one Input: a tagged union by `kind`.

Quotes nothing of what was sent: it may hold a PIN.
"""

from typing import Annotated, Any, Literal, get_args

from pydantic import Field, TypeAdapter, ValidationError

from contract.model import Model
from edge.adapters.kiosk_web.room_intents import RoomIntent
from edge.adapters.kiosk_web.steward_intents import Digits, StewardIntent
from edge.domain.face_messages import ConsentAnswered, EnrolStopAsked, ForgetAsked
from edge.domain.messages import AnswerTyped, CodeTyped, Input, LeaveAsked, MoreTimeAsked


class Code(Model):
    """Number and PIN, as the keypad sends them."""

    kind: Literal["code"]
    number: Digits
    pin: Digits

    def meant(self) -> Input:
        return CodeTyped(self.number, self.pin)


class Answer(Model):
    """What the screen asked for after a face: four digits of a phone number, or the PIN."""

    kind: Literal["answer"]
    digits: Digits

    def meant(self) -> Input:
        return AnswerTyped(self.digits)


class Leave(Model):
    kind: Literal["leave"]

    def meant(self) -> Input:
        return LeaveAsked()


class MoreTime(Model):
    """More time, and "I am well": a touch of somebody who is up."""

    kind: Literal["more_time"]

    def meant(self) -> Input:
        return MoreTimeAsked()


class FaceConsent(Model):
    """The answer under the notice; the station checks that the version is the one in force."""

    kind: Literal["face_consent"]
    agreed: Annotated[bool, Field(strict=True)]
    of_age: Annotated[bool, Field(strict=True)]
    notice: Annotated[str, Field(pattern=r"^[0-9a-f]{12}$")]
    language: Literal["zh", "en"]

    def meant(self) -> Input:
        return ConsentAnswered(self.agreed, self.of_age, self.notice, self.language)


class FaceStop(Model):
    kind: Literal["face_stop"]

    def meant(self) -> Input:
        return EnrolStopAsked()


class FaceForget(Model):
    kind: Literal["face_forget"]

    def meant(self) -> Input:
        return ForgetAsked()


Person = Code | Answer | Leave | MoreTime | FaceConsent | FaceStop | FaceForget
Kinds = Person | RoomIntent | StewardIntent
INTENT: TypeAdapter[Kinds] = TypeAdapter(Annotated[Kinds, Field(discriminator="kind")])
MODELS: tuple[type[Model], ...] = get_args(Kinds)
KINDS = tuple(get_args(model.model_fields["kind"].annotation)[0] for model in MODELS)
FIELDS = frozenset(name for model in MODELS for name in model.model_fields) - {"kind"}


class IntentRefused(ValueError):
    """A body that is no intent; `status` is the HTTP status, the text tells what is wrong without quoting the body."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status = status


def read(body: bytes) -> Input:
    """What the press means.

    Raises:
        IntentRefused: not JSON (400), or not one of the intents (422).
    """
    try:
        return INTENT.validate_json(body).meant()
    except ValidationError as error:
        raise _refusal(error.errors(include_input=False, include_context=False, include_url=False)[0]) from None


def _refusal(complaint: Any) -> IntentRefused:
    what = complaint["type"]
    if what == "json_invalid":
        return IntentRefused(400, "the body is not JSON")
    if what in ("union_tag_invalid", "union_tag_not_found"):
        return IntentRefused(422, f"kind: must be one of {', '.join(KINDS)}")
    field = next((step for step in complaint["loc"][1:] if step in FIELDS), None)
    if what == "extra_forbidden" or field is None:
        return IntentRefused(422, "the body has a field that this kind does not know, or is not an object")
    return IntentRefused(422, f"{field}: {complaint['msg']}")
