"""From the body of a POST to one Input: a tagged union by `kind`.

Quotes nothing of what was sent: it may hold a PIN.
"""

from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter, ValidationError

from contract.model import Model, Name
from edge.domain.face_messages import ConsentAnswered, EnrolStopAsked, ForgetAsked
from edge.domain.messages import (
    AnswerTyped,
    ChargeAsked,
    ChargeStopped,
    CodeTyped,
    DrinkAsked,
    DrinkStopped,
    Input,
    LeaveAsked,
    MoreTimeAsked,
)

Digits = Annotated[str, Field(pattern=r"^[0-9]{1,12}$", repr=False)]


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


class Drink(Model):
    """One of the portions; the station checks which."""

    kind: Literal["drink"]
    tap: Name
    volume_ml: Annotated[int, Field(strict=True, ge=1, le=5000)]

    def meant(self) -> Input:
        return DrinkAsked(self.tap, self.volume_ml)


class DrinkStop(Model):
    kind: Literal["drink_stop"]
    tap: Name

    def meant(self) -> Input:
        return DrinkStopped(self.tap)


class Charge(Model):
    kind: Literal["charge"]
    socket: Name

    def meant(self) -> Input:
        return ChargeAsked(self.socket)


class ChargeStop(Model):
    kind: Literal["charge_stop"]
    socket: Name

    def meant(self) -> Input:
        return ChargeStopped(self.socket)


class Leave(Model):
    kind: Literal["leave"]

    def meant(self) -> Input:
        return LeaveAsked()


class MoreTime(Model):
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


Face = FaceConsent | FaceStop | FaceForget
Intent = Annotated[Face | Code | Answer | Drink | DrinkStop | Charge | ChargeStop | Leave | MoreTime, Field(discriminator="kind")]
INTENT: TypeAdapter[Intent] = TypeAdapter(Intent)
KINDS = ("code", "drink", "drink_stop", "charge", "charge_stop", "leave", "more_time", "answer", "face_consent", "face_stop", "face_forget")
FIELDS = ("number", "pin", "digits", "tap", "volume_ml", "socket", "agreed", "of_age", "notice", "language")


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
    field = next((step for step in complaint["loc"] if step in FIELDS), None)
    if what == "extra_forbidden" or field is None:
        return IntentRefused(422, "the body has a field that this kind does not know, or is not an object")
    return IntentRefused(422, f"{field}: {complaint['msg']}")
