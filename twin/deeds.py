"""What somebody can do at a station, and what can go wrong there: the vocabulary of a scripted day. Data only."""

from dataclasses import dataclass, field

from twin.city import Citizen


@dataclass(frozen=True)
class ShowFace:
    """Look into the camera; what the face process would measure. `best` is whom the gallery finds nearest, None for nobody."""

    best: str | None
    distance: float
    second: float
    took_s: float


@dataclass(frozen=True)
class TypeCode:
    """On the screen."""

    number: str
    pin: str = field(repr=False)


@dataclass(frozen=True)
class PullDoor:
    """From outside; who is not let in goes away."""

    hold_s: float


@dataclass(frozen=True)
class HoldDoor:
    """From inside, for somebody who has much to carry."""

    hold_s: float


@dataclass(frozen=True)
class ForceDoor:
    """Break it open."""

    hold_s: float


@dataclass(frozen=True)
class Drink:
    """Press a portion."""

    tap: str
    volume_ml: int


@dataclass(frozen=True)
class Plug:
    """Put a device in; `load` is a name of twin.socket_load.LOADS."""

    socket: str
    load: str


@dataclass(frozen=True)
class Charge:
    """Press start."""

    socket: str


@dataclass(frozen=True)
class StopCharge:
    """Press stop."""

    socket: str


@dataclass(frozen=True)
class Unplug:
    """Take the device out again."""

    socket: str


@dataclass(frozen=True)
class AskFridge:
    """Press the fridge."""


@dataclass(frozen=True)
class TakeBottle:
    """Pull the fridge open and take one."""


@dataclass(frozen=True)
class ShutFridge:
    """Push it shut."""


@dataclass(frozen=True)
class RunAmenity:
    """Press start of the microwave, the massage chair."""

    amenity: str


@dataclass(frozen=True)
class StopAmenity:
    """Press stop."""

    amenity: str


@dataclass(frozen=True)
class SayGoodbye:
    """Press leave."""


@dataclass(frozen=True)
class PushOut:
    """The exit button and the inner handle."""

    hold_s: float


@dataclass(frozen=True)
class Break:
    """A fault of twin.faults begins."""

    fault: str
    part: str


@dataclass(frozen=True)
class Mend:
    """And ends."""

    fault: str
    part: str


@dataclass(frozen=True)
class CutCable:
    """The way to the broker is gone."""


@dataclass(frozen=True)
class JoinCable:
    """And back."""


Wish = Drink | Charge | StopCharge | AskFridge | RunAmenity | StopAmenity | SayGoodbye
"""At the screen."""
Deed = (
    ShowFace | TypeCode | PullDoor | HoldDoor | ForceDoor | Wish | Plug | Unplug | TakeBottle | ShutFridge | PushOut | Break | Mend | CutCable | JoinCable
)  # fmt: skip


@dataclass(frozen=True)
class Act:
    """A deed and when: s since the visit began."""

    at_s: float
    deed: Deed


@dataclass(frozen=True)
class Visit:
    """Somebody comes, or something breaks. `begins_s`: real s since the day began; all other times are s since then.

    `citizen` is None for strangers and for troubles, which nobody causes. Door and screen are taken until `door_s`.
    """

    begins_s: float
    lasts_s: float
    citizen: Citizen | None
    acts: tuple[Act, ...]
    door_s: float = 0.0
