"""Detectors of the room: fire, smoke, tamper, movement. What they are joined to, and their facts; what each switches off is in edge/domain/fault_rules.py."""

from typing import Literal, Self

from pydantic import Field, model_validator

from contract.model import Model
from contract.pins import AnyInputPin, InputPin, Use, any_input, input_


class WelfareConfig(Model):
    """Somebody is inside and nothing moves: they are asked whether they are well, then operators are told."""

    after_s: float = Field(1800, ge=60, le=86400, description="s without movement and touch until the voice asks whether all is well")
    answer_s: float = Field(120, ge=20, le=3600, description="s to answer, by a touch or by moving, until operators are told")


class DetectorsConfig(Model):
    """All may be left out. Each is a contact to ground."""

    fire_pin: InputPin | None = Field(None, description="fire alarm contact, closed (low) at rest: a cut wire counts as fire; null: none fitted")
    smoke_pin: AnyInputPin | None = Field(None, description="smoke detector relay, closed (low) at rest; null: none fitted")
    tamper_pin: AnyInputPin | None = Field(None, description="lid of the control box, closed (low) while shut; null: none fitted")
    motion_pin: AnyInputPin | None = Field(None, description="movement sensor, closed (low) while somebody moves; null: none fitted")
    welfare: WelfareConfig | None = Field(None, description="alarm for somebody inside who does not move; needs motion_pin; null: none")

    def pins(self) -> list[Use]:
        """What they are joined to."""
        uses = input_("detectors.fire_pin", self.fire_pin) + any_input("detectors.smoke_pin", self.smoke_pin)
        return uses + any_input("detectors.tamper_pin", self.tamper_pin) + any_input("detectors.motion_pin", self.motion_pin)

    @model_validator(mode="after")
    def _welfare_needs_motion(self) -> Self:
        if self.welfare and self.motion_pin is None:
            raise ValueError("detectors: welfare needs motion_pin: without it everybody would seem to lie still")
        return self


class FireChanged(Model):
    """The strike was released at once at `active`; it comes back by a reset on the spot, not by itself."""

    kind: Literal["fire_changed"] = "fire_changed"
    active: bool


class WelfareAsked(Model):
    kind: Literal["welfare_asked"] = "welfare_asked"
    still_s: float = Field(ge=0, le=1e9, description="s without movement and touch")


DetectorFact = FireChanged | WelfareAsked
