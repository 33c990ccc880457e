"""Water: what taps are fitted with and their limits, and what happened at them. Volumes in ml."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from contract.model import LIVE, LOWER, Model, Name, PersonId, SessionId
from contract.pins import AnyInputPin, InputPin, OutputPin, Use, any_input, input_, output
from contract.words import Count, Refusal, Stop, Text

Day = Annotated[str, Field(pattern=r"^([0-9]{4}-[0-9]{2}-[0-9]{2})?$")]
PULSES_PER_PORTION = 50
"""One pulse is then 2 % of the portion; with 1 % of the meter itself the portion is right within 3 %."""


class TapConfig(Model):
    """A water tap: valve and flow meter."""

    name: Name = Field(..., description="name of the tap, for example cold")
    valve_pin: OutputPin = Field(..., description="relay of the valve, normally closed; on = open")
    valve_active_high: bool = Field(True, description="whether the relay is on at a high level")
    flow_pin: InputPin = Field(..., description="pulse output of the flow meter")
    pulses_per_l: float = Field(450, strict=True, gt=0, le=100_000, description="pulses per litre; weigh one litre to calibrate")
    portions_ml: tuple[int, ...] = Field((200, 300, 500), min_length=1, max_length=4, json_schema_extra=LIVE, description="ml offered on the screen")
    max_ml: int = Field(1000, ge=50, le=5000, json_schema_extra=LIVE | LOWER, description="ml of one pour at most, whatever is asked")
    max_s: float = Field(60, gt=0, le=300, json_schema_extra=LOWER, description="s of one pour at most; a cap independent of the meter")
    no_flow_s: float = Field(2, ge=0.5, le=10, json_schema_extra=LIVE | LOWER, description="s without a pulse until the valve shuts")
    leak_ml: int = Field(50, ge=5, le=1000, json_schema_extra=LIVE | LOWER, description="ml through a shut valve within any 60 s that mean a leak")
    dribble_ml: float = Field(10, ge=0, le=50, description="ml that run after the valve is told to shut; a first guess, the station learns it from full pours")
    overrun_ml_s: float = Field(
        15, gt=0, le=200, json_schema_extra=LIVE | LOWER, description="ml/s half a second after the valve was told to shut that mean it did not"
    )
    hot: bool = Field(False, description="hot water: pours only after a second, deliberate step, and never by itself")

    @model_validator(mode="after")
    def _portions_fit(self) -> Self:
        if any(not 0 < portion <= self.max_ml for portion in self.portions_ml):
            raise ValueError(f"portions_ml {list(self.portions_ml)}: each must lie in 1..max_ml ({self.max_ml})")
        smallest_ml = PULSES_PER_PORTION * 1000 / self.pulses_per_l
        if min(self.portions_ml) < smallest_ml:
            raise ValueError(
                f"portions_ml {list(self.portions_ml)}: below {smallest_ml:.0f} ml one pulse of this meter (pulses_per_l {self.pulses_per_l:g}) "
                "is more than 2 % of the portion; offer more or fit a finer meter"
            )
        return self

    def pins(self) -> list[Use]:
        """What it is joined to."""
        return output(f"taps.{self.name}.valve_pin", self.valve_pin) + input_(f"taps.{self.name}.flow_pin", self.flow_pin)


class WaterConfig(Model):
    """What all taps share."""

    master_pin: Annotated[OutputPin | None, Field()] = Field(None, description="relay of the master valve, normally closed; on = open; null: none fitted")
    master_active_high: bool = Field(True, description="whether that relay is on at a high level")
    floor_pin: AnyInputPin | None = Field(None, description="water on the floor: contact to ground; null: none fitted")
    drip_pin: AnyInputPin | None = Field(None, description="drip tray full: contact to ground; null: none fitted")
    drain: bool = Field(False, description="whether the basin under the taps has a drain")
    filter_days: int = Field(0, ge=0, le=730, description="days a filter may be in use; 0: not watched")
    filter_l: int = Field(0, ge=0, le=100_000, description="l that may run through a filter; 0: not watched")
    test_days: int = Field(0, ge=0, le=730, description="days from one test of the water to the next; 0: not watched")
    flush_after_h: float = Field(72, ge=1, le=720, description="h without a draw after which a cold tap is flushed while nobody is inside")
    flush_ml: int = Field(0, ge=0, le=2000, description="ml of such a flush, into the basin; 0: never")

    @model_validator(mode="after")
    def _a_flush_has_somewhere_to_go(self) -> Self:
        if self.flush_ml and not self.drain and self.drip_pin is None:
            raise ValueError(f"flush_ml {self.flush_ml}: needs a basin with a drain (drain: true) or drip_pin, or nobody sees it run over")
        return self

    def pins(self) -> list[Use]:
        """What it is joined to."""
        return output("water.master_pin", self.master_pin) + any_input("water.floor_pin", self.floor_pin) + any_input("water.drip_pin", self.drip_pin)


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
    charged_ml: Count = Field(description="what the quota lost: as measured; after a power cut what was last recorded and one step of 40 ml")
    stop: Stop


class WaterRefused(Model):
    kind: Literal["water_refused"] = "water_refused"
    tap: Text
    reason: Refusal
    asked_ml: int


class FlushStarted(Model):
    """A cold tap where water stood for long runs for a moment, with nobody inside. Nobody is charged."""

    kind: Literal["flush_started"] = "flush_started"
    flush: SessionId
    tap: Name
    wanted_ml: Count


class WaterFlushed(Model):
    kind: Literal["water_flushed"] = "water_flushed"
    flush: SessionId
    tap: Name
    ml: Count
    stop: Stop


class FilterChanged(Model):
    kind: Literal["filter_changed"] = "filter_changed"
    day: Day = Field(description="ISO date, empty while time is not trusted")
    before: Day = Field(description="day of the change before, empty where nobody told it")
    drawn_ml: Count = Field(description="what ran through the filter that was taken out")


class WaterTested(Model):
    kind: Literal["water_tested"] = "water_tested"
    day: Day = Field(description="ISO date, empty while time is not trusted")
    before: Day = Field(description="day of the test before, empty where nobody told it")
    passed: bool


WaterFact = WaterReserved | WaterPoured | WaterRefused | FlushStarted | WaterFlushed | FilterChanged | WaterTested
