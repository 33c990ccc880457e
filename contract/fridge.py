"""Fridge cabinet: what it is fitted with and its limits, and what happened at it. Temperatures in degrees Celsius, weights in g.

The compressor has its own thermostat: nothing here can warm the cabinet.
"""

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from contract.model import LIVE, LOWER, Model, Name, PersonId, SessionId
from contract.pins import AnyInputPin, AnyOutputPin, InputPin, OutputPin, Use, any_input, any_output, input_, output
from contract.words import Amount, Count, Refusal, Stop, Text

ProbeId = Annotated[str, StringConstraints(pattern=r"^28-[0-9a-f]{12}$")]
"""Of a DS18B20, as its folder on the 1-wire bus is called."""
Lot = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._/-]{1,40}$")]
"""What the maker printed on the box."""
Day = Annotated[str, StringConstraints(pattern=r"^20[0-9]{2}-[01][0-9]-[0-3][0-9]$")]
"""ISO date."""


class ShelfConfig(Model):
    """A shelf on a scale (HX711). All pieces on it are alike."""

    name: Name = Field(..., description="name of the shelf, for example top")
    item: Name = Field("water", description="what lies on it")
    data_pin: InputPin = Field(..., description="data line of its HX711")
    clock_pin: OutputPin = Field(..., description="clock line of its HX711; high for longer than 60 us switches the chip off")
    counts_per_g: float = Field(..., ge=-10_000, le=10_000, description="counts for a gram; weigh one piece to calibrate; below 0: upside down")
    zero_counts: int = Field(0, ge=-(2**23), le=2**23 - 1, description="counts of the empty shelf")
    unit_g: float = Field(..., ge=20, le=20_000, description="g of one full piece")
    tolerance_g: float = Field(..., gt=0, le=5_000, description="g by which what was taken may differ from whole pieces; more is not certain")
    most_g: float = Field(20_000, ge=100, le=200_000, description="g that the cell bears; a reading above is none")
    least: int = Field(4, ge=0, le=1000, description="pieces below which the stock is told as low")

    @model_validator(mode="after")
    def _scale_can_tell(self) -> Self:
        if self.counts_per_g == 0:
            raise ValueError("counts_per_g: 0 is not a scale")
        if self.tolerance_g > self.unit_g / 3:
            raise ValueError(f"tolerance_g {self.tolerance_g:g}: above a third of unit_g ({self.unit_g:g}) pieces can not be told apart")
        return self

    def pins(self) -> list[Use]:
        """What it is joined to."""
        where = f"fridge.shelves.{self.name}"
        return input_(f"{where}.data_pin", self.data_pin) + output(f"{where}.clock_pin", self.clock_pin)


class ProbeConfig(Model):
    """A thermometer DS18B20 between the bottles, not in the stream of air: air warms at each opening, what is sold does not."""

    name: Name = Field(..., description="name of the probe, for example upper")
    id: ProbeId = Field(..., description="its number on the 1-wire bus: 28- and 12 hexadecimal digits, as its folder under /sys/bus/w1/devices")


class FridgeConfig(Model):
    """One cabinet with a lock."""

    lock_pin: AnyOutputPin = Field(..., description="relay of the cabinet's lock; on = released")
    lock_active_high: bool = Field(True, description="whether the relay is on at a high level")
    contact_pin: AnyInputPin = Field(..., description="contact of the cabinet's door to ground; closed door = low")
    unlock_s: float = Field(8, ge=2, le=30, json_schema_extra=LOWER, description="s the lock stays released when nobody opens")
    ajar_s: float = Field(45, ge=10, le=600, json_schema_extra=LIVE, description="s until the voice asks to close the cabinet")
    shelves: tuple[ShelfConfig, ...] = Field(..., min_length=1, max_length=6, description="its shelves, each on a scale: name, item, pins, calibration")
    probes: tuple[ProbeConfig, ...] = Field(..., min_length=1, max_length=4, description="its thermometers, two better than one: name and id")
    warm_c: float = Field(8, ge=2, le=10, json_schema_extra=LOWER, description="degrees Celsius above which what lies inside gets warm")
    alarm_s: float = Field(
        900, ge=60, le=3600, json_schema_extra=LOWER, description="s above warm_c until operators are told, and without any probe until nothing is given out"
    )
    block_s: float = Field(
        7200, ge=300, le=14_400, json_schema_extra=LOWER, description="s above warm_c in all since a steward released it, after which nothing is given out"
    )

    @model_validator(mode="after")
    def _names_differ(self) -> Self:
        probes = self.probes
        for field, values in (
            ("shelves: name", [shelf.name for shelf in self.shelves]),
            ("probes: name", [probe.name for probe in probes]), ("probes: id", [probe.id for probe in probes]),
        ):  # fmt: skip
            if len(set(values)) < len(values):
                raise ValueError(f"{field}: must differ: {values}")
        return self

    def pins(self) -> list[Use]:
        """What it is joined to."""
        uses = any_output("fridge.lock_pin", self.lock_pin) + any_input("fridge.contact_pin", self.contact_pin)
        return uses + [use for shelf in self.shelves for use in shelf.pins()]


class FridgeCause(StrEnum):
    """What an opening of the cabinet followed. `left_open`: whoever opened it went away, and it goes on without them."""

    VISITOR = "visitor"
    STEWARD = "steward"
    FORCED = "forced"
    LEFT_OPEN = "left_open"


class BottlesReserved(Model):
    kind: Literal["bottles_reserved"] = "bottles_reserved"
    take: SessionId
    visit: SessionId
    person: PersonId
    reserved: Count


class FridgeOpened(Model):
    kind: Literal["fridge_opened"] = "fridge_opened"
    cause: FridgeCause
    take: SessionId | None = Field(description="null where no visitor had asked")


class FridgeClosed(Model):
    kind: Literal["fridge_closed"] = "fridge_closed"
    open_s: Amount


class Taken(Model):
    """From one shelf."""

    shelf: Name
    item: Name
    lot: Lot | None
    count: Count = Field(description="pieces; where it is not certain, the least that it can have been")
    certain: bool


class BottlesTaken(Model):
    kind: Literal["bottles_taken"] = "bottles_taken"
    take: SessionId | None = Field(description="null where no visitor had asked")
    person: PersonId | None = Field(description="null where nobody knows who")
    taken: tuple[Taken, ...] = Field(max_length=6, description="shelves from which something was taken, or of which it can not be told")
    count: Count
    charged: Count = Field(description="what the quota lost: never above what was reserved; `count` above it is more than the ration")
    certain: bool = Field(description="false: no scale could tell for sure, and only what is certain was charged")
    stop: Stop


class FridgeRefused(Model):
    kind: Literal["fridge_refused"] = "fridge_refused"
    reason: Refusal


class ShelfRestocked(Model):
    kind: Literal["shelf_restocked"] = "shelf_restocked"
    person: PersonId
    shelf: Name
    item: Name
    lot: Lot
    expires: Day
    before: Count
    after: Count


class ShelfExpired(Model):
    kind: Literal["shelf_expired"] = "shelf_expired"
    shelf: Name
    item: Name
    lot: Lot
    expires: Day
    count: Count


class FridgeReleased(Model):
    kind: Literal["fridge_released"] = "fridge_released"
    person: PersonId
    reason: Text
    warm_s: Amount = Field(description="s that it had been warm since the release before")


FridgeFact = BottlesReserved | FridgeOpened | FridgeClosed | BottlesTaken | FridgeRefused | ShelfRestocked | ShelfExpired | FridgeReleased
