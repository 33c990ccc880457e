"""What is sensed and asked inside the room. Part of the unions in messages.py."""

from dataclasses import dataclass

from contract.leases import QuotaLease


@dataclass(frozen=True)
class PulsesCounted:
    """`total` pulses of a tap's flow meter since the agent started."""

    tap: str
    total: int


@dataclass(frozen=True)
class CurrentRead:
    """A of one socket."""

    socket: str
    amps: float


@dataclass(frozen=True)
class CurrentLost:
    """The converter of a socket does not answer, or answers what no current can be."""

    socket: str
    reason: str


@dataclass(frozen=True)
class LineChanged:
    """A contact of the table in edge/domain/lines.py; `on`: joined to ground, or as its row says. Bounces are posted as they come."""

    line: str
    on: bool


@dataclass(frozen=True)
class TemperatureRead:
    """Degrees Celsius of one probe, plausible or not."""

    probe: str
    celsius: float


@dataclass(frozen=True)
class TemperatureLost:
    """A probe that does not answer, or answers nonsense: never a value."""

    probe: str
    reason: str


@dataclass(frozen=True)
class WeightRead:
    """What lies on a scale, g."""

    scale: str
    grams: float


@dataclass(frozen=True)
class WeightLost:
    """A scale that does not answer: never a value."""

    scale: str
    reason: str


@dataclass(frozen=True)
class DrinkAsked:
    tap: str
    volume_ml: int


@dataclass(frozen=True)
class DrinkStopped:
    tap: str


@dataclass(frozen=True)
class HotUnlockAsked:
    """The deliberate step before hot water: pressed and held."""

    tap: str


@dataclass(frozen=True)
class ChargeAsked:
    socket: str


@dataclass(frozen=True)
class ChargeStopped:
    socket: str


@dataclass(frozen=True)
class QueueAsked:
    """The visitor wants the next socket that becomes free."""


@dataclass(frozen=True)
class QueueGivenUp:
    """The visitor waits no longer."""


@dataclass(frozen=True)
class FridgeAsked:
    """The visitor wants to open the cabinet."""


@dataclass(frozen=True)
class BankAsked:
    """The visitor wants to borrow a power bank."""


@dataclass(frozen=True)
class BankReturnAsked:
    """The visitor wants to give one back."""


@dataclass(frozen=True)
class AmenityAsked:
    amenity: str


@dataclass(frozen=True)
class AmenityStopped:
    amenity: str


@dataclass(frozen=True)
class LeaseHeard:
    """From the cloud: how much of somebody's day may be drawn here."""

    lease: QuotaLease


RoomInput = (
    PulsesCounted | CurrentRead | CurrentLost | LineChanged | TemperatureRead | TemperatureLost | WeightRead | WeightLost
    | DrinkAsked | DrinkStopped | HotUnlockAsked | ChargeAsked | ChargeStopped | QueueAsked | QueueGivenUp
    | FridgeAsked | BankAsked | BankReturnAsked | AmenityAsked | AmenityStopped
)
