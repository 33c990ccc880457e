"""Stewards: the limits of maintenance at the screen, and what a steward did there."""

from enum import StrEnum
from typing import Literal

from pydantic import Field

from contract.model import LIVE, LOWER, Model, PersonId, SessionId
from contract.words import Amount, Count, FaultCode, Refusal, Text


class StewardConfig(Model):
    """Maintenance at the screen, which a steward opens with their PIN."""

    longest_min: float = Field(
        30, ge=1, le=30, json_schema_extra=LIVE | LOWER, description="min after which maintenance ends by itself; longer needs the PIN again"
    )
    idle_min: float = Field(10, ge=1, le=30, json_schema_extra=LIVE | LOWER, description="min without a touch after which it ends too")
    test_ml: int = Field(100, ge=20, le=100, json_schema_extra=LIVE, description="ml of a test of a valve, into the basin, charged to nobody")


class StewardAct(StrEnum):
    """What can be done in maintenance. `restock`: a shelf was counted; `release_fault`: what a person must clear was looked at."""

    RESTOCK = "restock"
    CLEANED = "cleaned"
    OPEN_FRIDGE = "open_fridge"
    OPEN_SLOT = "open_slot"
    TEST_VALVE = "test_valve"
    FILTER_CHANGED = "filter_changed"
    WATER_TESTED = "water_tested"
    DRIP_EMPTIED = "drip_emptied"
    RELEASE_FAULT = "release_fault"
    FIRE_RESET = "fire_reset"


class MaintenanceEnd(StrEnum):
    """Why it ended. `screen_taken`: somebody else stands at the screen; `renewed`: the PIN was typed again, and it begins anew."""

    PERSON = "person"
    TIME_LIMIT = "time_limit"
    IDLE = "idle"
    VISIT_ENDED = "visit_ended"
    SCREEN_TAKEN = "screen_taken"
    NO_RIGHT = "no_right"
    RENEWED = "renewed"
    INTERRUPTED = "interrupted"


class MaintenanceStarted(Model):
    kind: Literal["maintenance_started"] = "maintenance_started"
    maintenance: SessionId
    visit: SessionId
    person: PersonId
    longest_s: Amount


class MaintenanceEnded(Model):
    kind: Literal["maintenance_ended"] = "maintenance_ended"
    maintenance: SessionId
    person: PersonId
    reason: MaintenanceEnd
    lasted_s: Amount | None = Field(description="null when nobody could measure it (kill, power cut)")


class StewardActed(Model):
    kind: Literal["steward_acted"] = "steward_acted"
    maintenance: SessionId
    person: PersonId
    act: StewardAct
    part: Text = Field(description="which shelf, tap, slot or fault's part; empty for the whole station")
    fault: FaultCode | None = Field(None, description="that was released")
    before: Count | None = Field(None, description="pieces, ml, power banks or standing faults before, by what was done; null where nothing is counted")
    after: Count | None = Field(None, description="the same after it")
    note: Text = Field("", description="reason of a release, lot and last day of a shelf, result of a test")


class StewardRefused(Model):
    kind: Literal["steward_refused"] = "steward_refused"
    person: PersonId | None = Field(description="null when nobody was known at the screen")
    act: StewardAct | None = Field(description="null: maintenance itself")
    part: Text
    reason: Refusal


StewardFact = MaintenanceStarted | MaintenanceEnded | StewardActed | StewardRefused
