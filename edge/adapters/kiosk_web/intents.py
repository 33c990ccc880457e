"""From the body of a POST to one Input: a tagged union by `kind`.

Quotes nothing of what was sent: it may hold a PIN.
"""

from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter, ValidationError

from contract.model import Model, Name
from edge.domain.messages import (
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


Intent = Annotated[Code | Drink | DrinkStop | Charge | ChargeStop | Leave | MoreTime, Field(discriminator="kind")]
INTENT: TypeAdapter[Intent] = TypeAdapter(Intent)
KINDS = ("code", "drink", "drink_stop", "charge", "charge_stop", "leave", "more_time")
FIELDS = ("number", "pin", "tap", "volume_ml", "socket")


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
