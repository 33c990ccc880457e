"""StationConfig: what a station is fitted with, its limits and timings. The edge loads it, the cloud validates it before sending.

Every field has unit, bounds and description; the JSON schema and docs/config.md are written from them. Rules across fields are
small named validators, so that a refusal names the rule.
"""

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, ValidationError, model_validator

from contract.amenity import AmenityConfig
from contract.charging import ChargingConfig, SocketConfig
from contract.detectors import DetectorsConfig
from contract.errors import Complaint, ContractError, complaints
from contract.fridge import FridgeConfig
from contract.lending import LendingConfig
from contract.limits import GalleryLimit
from contract.literal import twisted
from contract.liveness import LivenessSources
from contract.model import HIGHER, LIVE, LOWER, Model, StationId
from contract.pins import EXPANDERS, InputPin, OutputPin, Use, input_, output
from contract.status import StatusConfig
from contract.steward import StewardConfig
from contract.water import TapConfig, WaterConfig

PAGE = "docs/config.md"


class LinkConfig(Model):
    """Broker."""

    host: str = Field("127.0.0.1", description="broker host name or address", min_length=1, max_length=253)
    port: int = Field(8883, ge=1, le=65535, description="broker port")
    keepalive_s: int = Field(30, ge=5, le=300, description="s; a frozen broker is noticed after twice this")
    ca_file: str | None = Field(None, description="certificate authority file; TLS is used when it is set")


class WebConfig(Model):
    """Touch screen page."""

    host: str = Field("127.0.0.1", description="address the page listens on; loopback unless the screen is another device")
    port: int = Field(8080, ge=0, le=65535, description="port of the page; 0 takes any free one")


class CameraConfig(Model):
    """Camera at the door."""

    source: str = Field(..., min_length=1, max_length=300, description="URL, device path, or the index of a USB camera as text")
    width: int = Field(640, ge=320, le=1920, description="px asked of a USB camera")
    height: int = Field(480, ge=240, le=1080, description="px asked of a USB camera")


class Assurance(StrEnum):
    """What a face must bring along; strictest last."""

    FACE = "face"
    FACE_CHALLENGE = "face_challenge"
    FACE_PLUS_CODE = "face_plus_code"


class AssuranceHours(Model):
    """What holds between two hours of the day."""

    from_hour: int = Field(..., ge=0, le=23, description="first hour, local time")
    to_hour: int = Field(..., ge=1, le=24, description="hour at which it ends; not above from_hour: over midnight")
    assurance: Assurance = Field(..., description="what a face must bring along then")


class IdentityConfig(Model):
    """Whose face it is. Distances are Euclidean between unit vectors; limits are first guesses until calibrated (docs/architecture.md)."""

    frames: int = Field(3, ge=1, le=10, description="good frames of one tracked face that are averaged")
    limit: float = Field(0.332, gt=0, le=1, json_schema_extra=LOWER, description="longest distance accepted in a gallery of one")
    limit_per_decade: float = Field(0.029, ge=0, le=0.2, json_schema_extra=HIGHER, description="how much shorter for each tenfold of the gallery")
    margin: float = Field(0.08, ge=0, le=1, json_schema_extra=HIGHER, description="the second best must be farther away than the best by this")
    abstain: float = Field(0.06, ge=0, le=1, description="up to this above the limit the answer is 'not sure', not 'stranger'")
    galleries: tuple[GalleryLimit, ...] = Field(
        (), max_length=20, description="limits by gallery size from the engine's table, instead of limit and limit_per_decade; empty: those two"
    )
    verify_limit: float = Field(0.287, gt=0, le=2, json_schema_extra=LOWER, description="longest distance accepted when a code has named the person")
    again_s: float = Field(8, ge=1, le=60, description="s before the same tracked face is refused again in words")
    assurance: Assurance = Field(Assurance.FACE_CHALLENGE, description="what a face must bring along: nothing, a challenge, or the PIN")
    assurance_by_hour: tuple[AssuranceHours, ...] = Field((), max_length=8, description="another assurance by hour; the strictest while time is unsure")
    turns: int = Field(2, ge=1, le=3, description="movements in a challenge; one is always to a side, since a tilted print can nod")
    turn_s: float = Field(6, ge=3, le=20, description="s for each movement")
    turn_ratio: float = Field(0.25, ge=0.22, le=0.6, description="eye distances by which the nose must leave its frontal place to a side")
    nod_ratio: float = Field(0.12, ge=0.08, le=0.4, description="likewise up or down")
    liveness: LivenessSources = Field((), description="who must have said of each face that it is alive; empty: nobody is asked")
    face_tries: int = Field(
        3, ge=1, le=20, json_schema_extra=LOWER, description="refused faces until faces pause, 10 s first, 5 min at most; an unknown face counts half"
    )
    keep_days: int = Field(180, ge=1, le=3650, description="days without a visit after which a face is forgotten")
    template_sharing: bool = Field(
        False, json_schema_extra=LOWER, description="whether templates may go to and come from other stations; off, because the law asks for a second consent "
        "for each destination: with it off every way refuses",
    )  # fmt: skip
    handler: str = Field("", max_length=120, description="who answers for the data, with an address or a number: told in the notice that people agree to")


class DoorConfig(Model):
    """Door. The lock is fail-secure for entry; leaving is mechanical and does not ask software."""

    lock_pin: OutputPin = Field(17, description="relay of the strike; on = released")
    lock_active_high: bool = Field(True, description="whether the relay is on at a high level")
    contact_pin: InputPin = Field(27, description="door contact to ground; closed door = low")
    exit_pin: InputPin = Field(22, description="second contact of the exit button, which itself is wired to the strike")
    unlock_s: float = Field(5, ge=1, le=30, json_schema_extra=LIVE | LOWER, description="s the strike stays released when nobody opens")
    held_open_s: float = Field(30, ge=5, le=600, json_schema_extra=LIVE, description="s until the voice asks to close the door")
    alarm_s: float = Field(60, ge=10, le=3600, json_schema_extra=LIVE, description="s until operators are told")
    debounce_s: float = Field(0.05, ge=0, le=1, json_schema_extra=LIVE, description="s a contact must stay before it counts")

    def pins(self) -> list[Use]:
        """What it is joined to."""
        uses = output("door.lock_pin", self.lock_pin) + input_("door.contact_pin", self.contact_pin)
        return uses + input_("door.exit_pin", self.exit_pin)


class OpenHours(Model):
    """When visitors are let in. Leaving is never a matter of hours."""

    days: tuple[Annotated[int, Field(ge=1, le=7)], ...] = Field(
        (1, 2, 3, 4, 5, 6, 7), min_length=1, max_length=7, description="days of the week on which it begins, 1 is Monday"
    )
    from_hour: int = Field(..., ge=0, le=23, description="first hour, local time")
    to_hour: int = Field(..., ge=1, le=24, description="hour at which it ends; not above from_hour: over midnight")


class AccessConfig(Model):
    """Ways in and their limits."""

    hours: tuple[OpenHours, ...] = Field(
        (), max_length=14, json_schema_extra=LIVE, description="when visitors are let in; none: always. Stewards always; everybody while time is not trusted"
    )
    passback_s: float = Field(
        900, ge=0, le=86400, json_schema_extra=LIVE,
        description="s after coming in during which coming in again without having left is told to operators; 0: never"
    )
    tries_per_person: int = Field(5, ge=1, le=20, json_schema_extra=LIVE | LOWER, description="wrong codes per person number in 15 min")
    tries_per_station: int = Field(20, ge=1, le=200, json_schema_extra=LIVE | LOWER, description="wrong codes at this station in 15 min")
    most_inside: int = Field(20, ge=1, le=500, json_schema_extra=LIVE | LOWER, description="people inside at once")


class VisitConfig(Model):
    """A visit on the screen."""

    longest_s: float = Field(7200, ge=60, le=86400, json_schema_extra=LIVE, description="s after which a visit ends by itself")
    idle_s: float = Field(180, ge=40, le=3600, json_schema_extra=LIVE, description="s without touch, pour or charge until the screen asks")
    warning_s: float = Field(20, ge=20, le=120, json_schema_extra=LIVE, description="s of warning with 'more time' before the screen forgets the visitor")


class QuotaConfig(Model):
    """What a person may draw in a day when the roster does not say otherwise."""

    water_ml_per_day: int = Field(3000, ge=0, le=20_000, json_schema_extra=LIVE, description="ml a day")
    socket_min_per_day: int = Field(480, ge=0, le=1440, json_schema_extra=LIVE, description="minutes a day")
    bottles_per_day: int = Field(2, ge=0, le=100, json_schema_extra=LIVE, description="bottles a day")
    utc_offset_min: int = Field(480, ge=-840, le=840, description="min east of UTC; the day turns at midnight there")
    shared: bool = Field(False, description="one quota for all stations: the cloud leases parts of it; false: each station gives it anew")


class TelemetryConfig(Model):
    """Samples, and what waits while the cloud is away."""

    sample_s: float = Field(10, ge=1, le=600, description="s between samples")
    batch: int = Field(6, ge=1, le=200, description="instants in one message")
    outbox_mb: float = Field(
        64, ge=0.1, le=100_000, description="MB for facts and samples together; above it samples are thinned, then the oldest dropped, facts never"
    )
    backfill_per_s: float = Field(200, ge=1, le=10_000, description="messages of a backlog sent in one second; what happens now does not wait for them")


class UpdateConfig(Model):
    """Pushed configuration. What holds is what the confirmed one says, never the one on trial."""

    trial_s: float = Field(120, ge=1, le=3600, description="s without a new fault until a configuration on trial is confirmed")
    answer_s: float = Field(600, ge=10, le=86_400, description="s until a trial that is not confirmed is taken back, twice trial_s at least")


class PlaceConfig(Model):
    """Where the station stands, for the operators' map."""

    latitude: float = Field(..., ge=-90, le=90, description="degrees WGS 84, north is positive")
    longitude: float = Field(..., ge=-180, le=180, description="degrees WGS 84, east is positive")


class StationConfig(Model):
    """One station, whole."""

    station: StationId = Field(..., description="identity: topic level, user name and client id")
    name: str = Field(..., min_length=1, max_length=60, json_schema_extra=LIVE, description="what people call it")
    city: str = Field("demo-city", max_length=40, json_schema_extra=LIVE, description="city, for selecting")
    district: str = Field("demo-district", max_length=40, json_schema_extra=LIVE, description="district, for selecting")
    place: PlaceConfig | None = Field(None, json_schema_extra=LIVE, description="where it stands, for the map; null: not on the map")
    language: Literal["zh", "en"] = Field("zh", description="language the screen starts with")
    link: LinkConfig = Field(default_factory=LinkConfig, description="broker")
    web: WebConfig | None = Field(None, description="touch screen page; null: no screen")
    camera: CameraConfig | None = Field(None, description="camera at the door; null: no face at this station")
    identity: IdentityConfig = Field(default_factory=IdentityConfig, description="whose face it is")
    door: DoorConfig = Field(default_factory=DoorConfig, description="door")
    access: AccessConfig = Field(default_factory=AccessConfig, description="ways in and their limits")
    visit: VisitConfig = Field(default_factory=VisitConfig, description="a visit on the screen")
    taps: tuple[TapConfig, ...] = Field((), max_length=4, description="water taps")
    water: WaterConfig = Field(default_factory=WaterConfig, description="what all taps share")
    sockets: tuple[SocketConfig, ...] = Field((), max_length=8, description="charging sockets")
    charging: ChargingConfig = Field(default_factory=ChargingConfig, description="what all sockets share")
    fridge: FridgeConfig | None = Field(None, description="fridge cabinet; null: none fitted")
    lending: LendingConfig | None = Field(None, description="locker of power banks; null: none fitted")
    amenities: tuple[AmenityConfig, ...] = Field((), max_length=12, description="other switched equipment")
    detectors: DetectorsConfig = Field(default_factory=DetectorsConfig, description="fire, smoke, tamper, movement")
    status: StatusConfig = Field(default_factory=StatusConfig, description="lamp outside")
    expanders: int = Field(
        0, strict=True, ge=0, le=EXPANDERS, description="MCP23017 chips on the I2C bus, from address 0x20 up; their lines are pins 100 and up"
    )
    quota: QuotaConfig = Field(default_factory=QuotaConfig, description="what a person may draw in a day")
    telemetry: TelemetryConfig = Field(default_factory=TelemetryConfig, description="samples")
    steward: StewardConfig = Field(default_factory=StewardConfig, description="maintenance at the screen")
    update: UpdateConfig = Field(default_factory=UpdateConfig, description="pushed configuration")

    @model_validator(mode="after")
    def _each_pin_once_and_allowed(self) -> Self:
        used: dict[int, str] = {}
        for use in self._pins():
            wrong = use.wrong(self.expanders)
            if wrong:
                raise ValueError(wrong)
            if use.pin in used:
                raise ValueError(f"{use.where}: pin {use.pin} is already {used[use.pin]}")
            used[use.pin] = use.where
        return self

    @model_validator(mode="after")
    def _names_are_unique(self) -> Self:
        slots = self.lending.slots if self.lending else ()
        for part, items in (("taps", self.taps), ("sockets", self.sockets), ("amenities", self.amenities), ("lending.slots", slots)):
            names = [item.name for item in items]
            if len(set(names)) < len(names):
                raise ValueError(f"{part}: names must differ: {names}")
        sensed = [s.adc_channel for s in self.sockets] + [a.adc_channel for a in self.amenities]
        channels = [channel for channel in sensed if channel is not None]
        if len(set(channels)) < len(channels):
            raise ValueError(f"sockets, amenities: adc_channel must differ: {channels}")
        return self

    @model_validator(mode="after")
    def _probes_are_there_once(self) -> Self:
        probes = [*self.charging.probes, *(self.fridge.probes if self.fridge else ())]
        for field, values in (("name", [probe.name for probe in probes]), ("id", [probe.id for probe in probes])):
            if len(set(values)) < len(values):
                raise ValueError(f"charging.probes: {field} must differ, also from the fridge's: {values}")
        for socket in self.sockets:
            if socket.temperature_probe not in (None, *(probe.name for probe in self.charging.probes)):
                raise ValueError(f"sockets.{socket.name}.temperature_probe: {socket.temperature_probe} is not one of charging.probes")
        return self

    @model_validator(mode="after")
    def _times_grow(self) -> Self:
        """Of `update` too: else nothing that is pushed afterwards could ever be confirmed, not even what mends it."""
        door, visit, update = self.door, self.visit, self.update
        if not door.unlock_s < door.held_open_s < door.alarm_s:
            raise ValueError(f"door: unlock_s < held_open_s < alarm_s must hold, not {door.unlock_s:g}, {door.held_open_s:g}, {door.alarm_s:g}")
        if not visit.warning_s < visit.idle_s <= visit.longest_s:
            raise ValueError(f"visit: warning_s < idle_s <= longest_s must hold, not {visit.warning_s:g}, {visit.idle_s:g}, {visit.longest_s:g}")
        if update.answer_s < 2 * update.trial_s:
            raise ValueError(f"update: answer_s must be twice trial_s at least, not {update.answer_s:g} with {update.trial_s:g}")
        return self

    def _pins(self) -> list[Use]:
        single = [self.status, self.door, self.water, self.detectors, *(part for part in (self.fridge, self.lending) if part)]
        return [use for part in (*single, *self.taps, *self.sockets, *self.amenities) for use in part.pins()]


class ConfigRefused(ContractError):
    """A configuration that breaks the contract; each line names field, value and rule."""


def check(document: object) -> StationConfig:
    """The configuration from a parsed YAML or JSON document.

    Raises:
        ConfigRefused: nothing was driven and nothing is in force.
    """
    config, wrong = judged(document)
    if config is None:
        raise ConfigRefused("\n".join(str(complaint) for complaint in wrong))
    return config


def judged(document: object) -> tuple[StationConfig | None, list[Complaint]]:
    """The configuration, or all that is wrong with it."""
    try:
        config = StationConfig.model_validate(document)
    except ValidationError as error:
        return None, complaints(error, PAGE)
    wrong = list(twisted(document, config.model_dump(), PAGE))
    return (None, wrong) if wrong else (config, [])
