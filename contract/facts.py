"""What happened, past tense: a tagged union by `kind`. A fact is a decision or an observation, never a hope.

No fact carries a name, an image, a template or a code. Volumes in ml, energy in Wh, time in s, power in W. Facts of one piece of
equipment stand beside its configuration (contract/water.py and so on); those listed in __all__ are to be had from here too.
"""

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from contract.amenity import AmenityEnded, AmenityFact, AmenityRefused, AmenityStarted
from contract.charging import ChargeEnded, ChargeRefused, ChargeStarted, ChargingFact
from contract.configuration import ConfigFact
from contract.consent import (
    ConsentGiven,
    ConsentRefused,
    ConsentWithdrawn,
    EnrolmentRefused,
    FaceEnrolled,
    FaceForgotten,
    TemplateReceived,
    TemplateShared,
)
from contract.detectors import DetectorFact, FireChanged, WelfareAsked
from contract.fridge import FridgeFact
from contract.gap import GapRecorded
from contract.leases import QuotaReturned
from contract.lending import LendingFact
from contract.model import Model, PersonId, SessionId
from contract.orders import OrderFact
from contract.steward import StewardFact
from contract.water import FlushStarted, WaterFact, WaterPoured, WaterRefused, WaterReserved
from contract.words import Amount, Count, DoorCause, FaultCode, Refusal, Stop, Text, VisitEnd, Way

__all__ = [
    "AmenityEnded", "AmenityRefused", "AmenityStarted", "Amount", "ChargeEnded", "ChargeRefused", "ChargeStarted", "ConsentGiven",
    "ConsentRefused", "ConsentWithdrawn", "Count", "DoorCause", "EnrolmentRefused", "FaceEnrolled", "FaceForgotten", "FaultCode",
    "FireChanged", "FlushStarted", "GapRecorded", "QuotaReturned", "Refusal", "Stop", "Text", "VisitEnd", "WaterPoured", "WaterRefused", "WaterReserved",
    "Way", "WelfareAsked",
]  # fmt: skip


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


class PassbackNoticed(Model):
    """Somebody came in who was believed inside: let in, and told to operators. A card was lent, or a leaving was not seen."""

    kind: Literal["passback_noticed"] = "passback_noticed"
    visit: SessionId
    person: PersonId
    since_s: Amount = Field(description="since they came in the last time")


class DuressCalled(Model):
    """The second PIN was typed: whoever typed it may be under threat. The door and the screen behave as with the first."""

    kind: Literal["duress_called"] = "duress_called"
    person: PersonId
    way: Way


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
    version: Annotated[int, Field(ge=0, le=2**53)]
    people: Count


Fact = Annotated[
    StationStarted | EntryGranted | PassbackNoticed | DuressCalled | EntryRefused | DoorUnlocked | DoorLocked | ExitRequested | DoorOpened | DoorClosed
    | DoorHeldOpen | VisitEnded | DetectorFact | AmenityFact | WaterFact | ChargingFact | LendingFact | FridgeFact | StewardFact
    | ConfigFact | OrderFact | QuotaReturned | FaultRaised | FaultCleared | InputRefused | ClockChanged | RosterApplied | GapRecorded
    | ConsentGiven | ConsentRefused | ConsentWithdrawn | FaceEnrolled | FaceForgotten | EnrolmentRefused | TemplateShared | TemplateReceived,
    Field(discriminator="kind"),
]

FACT: TypeAdapter[Fact] = TypeAdapter(Fact)
"""Validates a fact from a dict: `FACT.validate_python(data)`; raises pydantic's ValidationError."""
