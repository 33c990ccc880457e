"""What happened, past tense: a tagged union by `kind`. A fact is a decision or an observation, never a hope.

No fact carries a name, an image, a template or a code. Volumes in ml, energy in Wh, time in s, power in W.
"""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from contract.consent import ConsentGiven, ConsentRefused, ConsentWithdrawn, EnrolmentRefused, FaceEnrolled, FaceForgotten
from contract.model import Model, Name, PersonId, SessionId

Text = Annotated[str, Field(max_length=200)]
Amount = Annotated[float, Field(ge=0, le=1e9)]
Count = Annotated[int, Field(ge=0, le=10**9)]


class Way(StrEnum):
    """How a person asked to enter."""

    FACE = "face"
    CODE = "code"
    QR = "qr"
    FACE_CODE = "face_code"
    FACE_PHONE = "face_phone"


class Refusal(StrEnum):
    """Why the station said no. The screen has words for each, in each language."""

    NOT_SURE = "not_sure"
    UNKNOWN_FACE = "unknown_face"
    WRONG_CODE = "wrong_code"
    TOO_MANY_TRIES = "too_many_tries"
    NOT_READABLE = "not_readable"
    EXPIRED = "expired"
    NO_RIGHT = "no_right"
    FULL = "full"
    CANNOT_RECORD = "cannot_record"
    GUARD_LOST = "guard_lost"
    NOT_IDENTIFIED = "not_identified"
    QUOTA_SPENT = "quota_spent"
    BUSY = "busy"
    OUT_OF_ORDER = "out_of_order"
    BAD_AMOUNT = "bad_amount"
    TICKET_EXPIRED = "ticket_expired"
    TICKET_EARLY = "ticket_early"
    TICKET_USED = "ticket_used"
    TICKET_ELSEWHERE = "ticket_elsewhere"
    TICKET_KEY = "ticket_key"
    TICKET_FORGED = "ticket_forged"
    TICKETS_FULL = "tickets_full"
    CLOCK_UNSURE = "clock_unsure"
    NOT_CONFIRMED = "not_confirmed"
    LIVENESS_FAILED = "liveness_failed"
    FROZEN = "frozen"


class DoorCause(StrEnum):
    """What an opening of the door followed."""

    ENTRY = "entry"
    EXIT = "exit"
    FORCED = "forced"


class Stop(StrEnum):
    """Why a pour or a charge ended."""

    REACHED = "reached"
    PERSON = "person"
    NO_FLOW = "no_flow"
    TIME_LIMIT = "time_limit"
    LOW_POWER = "low_power"
    POWER_LIMIT = "power_limit"
    VISIT_ENDED = "visit_ended"
    FAULT = "fault"
    INTERRUPTED = "interrupted"


class VisitEnd(StrEnum):
    """Why a visit ended. `presumed_left`: somebody left and several were inside, so which one is a guess, and is told as one."""

    LEFT = "left"
    PRESUMED_LEFT = "presumed_left"
    NOT_ENTERED = "not_entered"
    CAME_AGAIN = "came_again"
    TIMED_OUT = "timed_out"


class FaultCode(StrEnum):
    """Everything that can be latched as wrong; `edge/domain/faults.py` says what each switches off."""

    STORE_LOW = "store_low"
    STORE_FULL = "store_full"
    GUARD_LOST = "guard_lost"
    FACES_LOST = "faces_lost"
    CAMERA_LOST = "camera_lost"
    NO_FLOW = "no_flow"
    LEAK = "leak"
    METER_LOST = "meter_lost"
    DOOR_FORCED = "door_forced"
    DOOR_HELD = "door_held"
    OVER_POWER = "over_power"


class StationStarted(Model):
    kind: Literal["station_started"] = "station_started"
    version: Text
    config_sha256: Text


class EntryGranted(Model):
    kind: Literal["entry_granted"] = "entry_granted"
    visit: SessionId
    person: PersonId
    way: Way
    decided_ms: Amount = Field(description="first frame used, or last key typed, to the decision")


class EntryRefused(Model):
    kind: Literal["entry_refused"] = "entry_refused"
    way: Way
    reason: Refusal


class DoorUnlocked(Model):
    kind: Literal["door_unlocked"] = "door_unlocked"
    visit: SessionId
    longest_s: Amount


class DoorLocked(Model):
    kind: Literal["door_locked"] = "door_locked"
    opened: bool = Field(description="whether somebody opened the door while it was released")


class ExitRequested(Model):
    kind: Literal["exit_requested"] = "exit_requested"


class DoorOpened(Model):
    kind: Literal["door_opened"] = "door_opened"
    cause: DoorCause


class DoorClosed(Model):
    kind: Literal["door_closed"] = "door_closed"
    open_s: Amount


class DoorHeldOpen(Model):
    kind: Literal["door_held_open"] = "door_held_open"
    open_s: Amount
    alarm: bool = Field(description="false: the voice asks to close; true: operators are told")


class VisitEnded(Model):
    kind: Literal["visit_ended"] = "visit_ended"
    visit: SessionId
    person: PersonId
    reason: VisitEnd
    stayed_s: Amount


class WaterReserved(Model):
    kind: Literal["water_reserved"] = "water_reserved"
    pour: SessionId
    visit: SessionId
    person: PersonId
    tap: Name
    reserved_ml: Count


class WaterPoured(Model):
    kind: Literal["water_poured"] = "water_poured"
    pour: SessionId
    person: PersonId
    tap: Name
    reserved_ml: Count
    poured_ml: Count | None = Field(description="what the meter counted; null when nobody could read it (power cut)")
    charged_ml: Count = Field(description="what the quota lost: as measured, or as reserved where nobody could measure")
    stop: Stop


class WaterRefused(Model):
    kind: Literal["water_refused"] = "water_refused"
    tap: Text
    reason: Refusal
    asked_ml: int


class ChargeStarted(Model):
    kind: Literal["charge_started"] = "charge_started"
    charge: SessionId
    visit: SessionId
    person: PersonId
    socket: Name
    reserved_min: Count


class ChargeEnded(Model):
    kind: Literal["charge_ended"] = "charge_ended"
    charge: SessionId
    person: PersonId
    socket: Name
    energy_wh: Amount | None = Field(description="null when nobody could read the meter (power cut)")
    lasted_s: Amount | None
    charged_min: Count
    stop: Stop


class ChargeRefused(Model):
    kind: Literal["charge_refused"] = "charge_refused"
    socket: Text
    reason: Refusal


class FaultRaised(Model):
    kind: Literal["fault_raised"] = "fault_raised"
    fault: FaultCode
    part: Text
    detail: Text


class FaultCleared(Model):
    kind: Literal["fault_cleared"] = "fault_cleared"
    fault: FaultCode
    part: Text
    lasted_s: Amount


class InputRefused(Model):
    kind: Literal["input_refused"] = "input_refused"
    source: Text
    reason: Text
    count: Count = Field(description="how many of this source since the last such fact: a flood makes one fact a minute")


class ClockChanged(Model):
    kind: Literal["clock_changed"] = "clock_changed"
    trusted: bool
    moved_s: float = Field(description="how far wall time jumped against monotonic time")


class RosterApplied(Model):
    kind: Literal["roster_applied"] = "roster_applied"
    version: Count
    people: Count


Fact = Annotated[
    StationStarted | EntryGranted | EntryRefused | DoorUnlocked | DoorLocked | ExitRequested | DoorOpened | DoorClosed
    | DoorHeldOpen | VisitEnded | WaterReserved | WaterPoured | WaterRefused | ChargeStarted | ChargeEnded | ChargeRefused
    | FaultRaised | FaultCleared | InputRefused | ClockChanged | RosterApplied
    | ConsentGiven | ConsentRefused | ConsentWithdrawn | FaceEnrolled | FaceForgotten | EnrolmentRefused,
    Field(discriminator="kind"),
]

FACT: TypeAdapter[Fact] = TypeAdapter(Fact)
"""Validates a fact from a dict: `FACT.validate_python(data)`; raises pydantic's ValidationError."""
