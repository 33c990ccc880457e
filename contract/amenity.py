"""Amenities: everything else that is switched for people: microwave, light, air conditioning, massage chair. Configuration alone adds one.

Power in W, energy in Wh.
"""

from enum import StrEnum
from typing import Literal, Self

from pydantic import Field, model_validator

from contract.model import HIGHER, LIVE, LOWER, Model, Name, PersonId, SessionId
from contract.pins import AnyOutputPin, Use, any_output
from contract.words import Amount, Refusal, Stop, Text


class AmenityMode(StrEnum):
    """`on_request`: somebody starts it, it ends by itself. `while_occupied`: it runs while somebody is inside."""

    ON_REQUEST = "on_request"
    WHILE_OCCUPIED = "while_occupied"


class AmenityWho(StrEnum):
    """Who may start it."""

    EVERYBODY = "everybody"
    STEWARDS = "stewards"


class AmenityConfig(Model):
    """One switched piece of equipment."""

    name: Name = Field(..., description="name of the amenity, for example microwave")
    label_zh: str = Field("", max_length=24, json_schema_extra=LIVE, description="what the screen calls it in Chinese; empty: its name")
    label_en: str = Field("", max_length=24, json_schema_extra=LIVE, description="what the screen calls it in English; empty: its name")
    icon: Literal["microwave", "light", "air", "heater", "chair", "fan", "other"] = Field("other", description="picture on the screen")
    relay_pin: AnyOutputPin = Field(..., description="relay; on = running, unless runs_at_rest")
    relay_active_high: bool = Field(True, description="whether the relay is on at a high level")
    runs_at_rest: bool = Field(
        False, strict=True, description="wired to the normally closed contact: it runs while the relay is off, as a light should when software dies"
    )
    mode: AmenityMode = Field(AmenityMode.ON_REQUEST, description="started by somebody, or running while somebody is inside")
    who: AmenityWho = Field(AmenityWho.EVERYBODY, description="who may start it")
    max_s: float = Field(
        600, ge=5, le=86_400, json_schema_extra=LOWER, description="s it runs at most without being asked for again; while occupied: s of one lease, renewed"
    )
    cool_down_s: float = Field(0, ge=0, le=7200, json_schema_extra=LIVE | HIGHER, description="s it must rest after a run of more than 10 s")
    off_empty_s: float = Field(60, ge=0, le=7200, json_schema_extra=LIVE, description="s with nobody inside until it goes off")
    rated_w: float = Field(0, ge=0, le=10_000, description="W on its plate; energy is estimated from it where no sensor is fitted")
    adc_channel: int | None = Field(None, strict=True, ge=0, le=7, description="MCP3008 channel of a current sensor; null: none fitted")
    amps_per_v: float = Field(1.0, gt=0, le=100, description="A per V at the converter")
    zero_v: float = Field(0.0, ge=0, le=3.3, description="V at no current")
    mains_v: float = Field(230, ge=3, le=250, description="V; power is V x A, so the power factor is taken as 1")

    @model_validator(mode="after")
    def _a_heater_never_runs_at_rest(self) -> Self:
        if self.runs_at_rest and self.icon in ("microwave", "heater", "chair"):
            raise ValueError(f"runs_at_rest: a {self.icon} must be off when software dies; wire it to the normally open contact")
        return self

    def pins(self) -> list[Use]:
        """What it is joined to."""
        return any_output(f"amenities.{self.name}.relay_pin", self.relay_pin)


class AmenityStarted(Model):
    kind: Literal["amenity_started"] = "amenity_started"
    run: SessionId
    amenity: Name
    person: PersonId | None = Field(description="who asked; null: because somebody is inside")
    longest_s: Amount


class AmenityEnded(Model):
    kind: Literal["amenity_ended"] = "amenity_ended"
    run: SessionId
    amenity: Name
    person: PersonId | None
    lasted_s: Amount | None = Field(description="null when nobody could say (power cut)")
    energy_wh: Amount | None
    measured: bool = Field(description="false: from the plate, not from a sensor")
    stop: Stop


class AmenityRefused(Model):
    kind: Literal["amenity_refused"] = "amenity_refused"
    amenity: Text
    reason: Refusal


AmenityFact = AmenityStarted | AmenityEnded | AmenityRefused
