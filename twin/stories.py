"""What happens in one visit: a table of stories, each a function that writes deeds. Pure: all chance comes from the given Random."""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from contract.amenity import AmenityMode, AmenityWho
from contract.config import StationConfig
from twin import deeds as d
from twin.city import Citizen
from twin.tap import FLOW_ML_S

CLOSES_S = 5.0
"""From letting go of the door until it is shut and counted as shut."""
RELOCKS_S = 7.0
"""From being let in until the strike is back, when nobody opens."""
BY_FACE = 0.75
CHARGES = 0.35
SITS, SITS_S, STANDS_S = 0.5, (25.0, 150.0), (8.0, 20.0)
"""Who charges for long sits down and leaves the screen to the next; the others stay at it."""
EATS, WARMS, RUNS_S = 0.2, 0.2, (10.0, 40.0)
COUNTS_S = 6.0
"""From shutting the fridge until its scales have told what is gone."""
LOADS = ("phone", "phone", "phone", "power_bank")


@dataclass
class Script:
    """A visit in the making. `socket` is one that is free, None when none is."""

    chance: Random
    citizen: Citizen
    config: StationConfig
    socket: str | None
    known: bool = True
    at_s: float = 0.0  # how long it lasts so far
    door_s: float = 0.0
    acts: list[d.Act] = field(default_factory=list)

    @property
    def charges(self) -> bool:
        """Whether the socket is taken in it."""
        return any(isinstance(act.deed, d.Plug) for act in self.acts)

    def wait(self, seconds: float) -> None:
        """Nothing to do for exactly so long."""
        self.at_s = round(self.at_s + seconds, 2)

    def soon(self, about_s: float, deed: d.Deed) -> None:
        """The next deed after about so long: people are sometimes quicker, sometimes slower."""
        self.wait(self.chance.uniform(0.7, 1.6) * about_s)
        self.acts.append(d.Act(self.at_s, deed))

    def door_free_after(self, seconds: float) -> None:
        """From then on the next one may come to door and screen; only the first word counts."""
        self.door_s = self.door_s or round(self.at_s + seconds, 2)


Story = Callable[[Script], None]


def usual(script: Script) -> None:
    """By face or by code, something to drink, now and then a charge, and out."""
    _come(script)
    _inside(script)


def stranger(script: Script) -> None:
    """Near nobody of the gallery; tries once or twice and goes away."""
    script.known = False
    for _ in range(script.chance.choice((1, 1, 2))):
        script.soon(3.0, d.ShowFace(script.citizen.person, _spread(script, 0.6, 0.8), _spread(script, 0.82, 0.9), _looked_s(script)))


def not_sure(script: Script) -> None:
    """A face in bad light: the station asks for another way, and the code works."""
    script.soon(0.0, d.ShowFace(script.citizen.person, _spread(script, 0.3, 0.32), _spread(script, 0.5, 0.6), _looked_s(script)))
    script.soon(6.0, _code(script))
    _inside(script)


def wrong_code(script: Script) -> None:
    """One digit wrong; most notice and try again."""
    script.soon(0.0, d.TypeCode(script.citizen.number, _wrong(script.citizen.pin)))
    if script.chance.random() < 0.7:
        script.soon(5.0, _code(script))
        _inside(script)


def no_show(script: Script) -> None:
    """Let in, and then the telephone rings."""
    _come(script)
    script.door_free_after(RELOCKS_S)


def held_door(script: Script) -> None:
    """Holds the door for a friend who is long in coming: the voice asks to close it, rarely the operators hear of it."""
    _come(script)
    script.soon(1.3, d.PullDoor(hold_s=1.2))
    long_s = script.config.door.held_open_s + script.chance.choice((4.0, 4.0, 8.0, 35.0))
    script.soon(1.5, d.HoldDoor(long_s))
    script.wait(long_s + CLOSES_S)
    _drink(script)
    _leave(script)


def forced(script: Script) -> None:
    """Somebody breaks the door open and runs away."""
    script.known = False
    script.soon(0.0, d.ForceDoor(script.chance.uniform(1.0, 6.0)))
    script.door_free_after(12.0)


STORIES: dict[Story, float] = {
    usual: 80.0, stranger: 6.0, not_sure: 4.0, wrong_code: 4.0, no_show: 3.0, held_door: 2.0, forced: 0.5,
}  # fmt: skip
"""With how often each happens, relative to the others."""


def write(script: Script) -> None:
    """One story, drawn."""
    (story,) = script.chance.choices(list(STORIES), list(STORIES.values()))
    story(script)
    script.door_free_after(CLOSES_S)


def _come(script: Script) -> None:
    script.soon(0.0, _face(script) if script.chance.random() < BY_FACE else _code(script))


def _face(script: Script) -> d.ShowFace:
    distance = _spread(script, 0.1, 0.23)
    return d.ShowFace(script.citizen.person, distance, round(distance + _spread(script, 0.2, 0.4), 3), _looked_s(script))


def _code(script: Script) -> d.TypeCode:
    return d.TypeCode(script.citizen.number, script.citizen.pin)


def _wrong(pin: str) -> str:
    return f"{(int(pin) + 1) % 10 ** len(pin):0{len(pin)}d}"


def _inside(script: Script) -> None:
    """From the released door to the street."""
    script.soon(1.3, d.PullDoor(hold_s=1.2))
    charges = script.socket is not None and script.chance.random() < CHARGES
    if not charges or script.chance.random() < 0.6:
        _drink(script)
    if charges and script.socket:
        _charge(script, script.socket)
    if script.config.fridge and script.chance.random() < EATS:
        _bottle(script)
    if _on_request(script) and script.chance.random() < WARMS:
        _amenity(script)
    _leave(script)


def _drink(script: Script) -> None:
    """One portion, waited for."""
    tap = script.chance.choice([tap for tap in script.config.taps if not tap.hot])
    portion_ml = script.chance.choice(tap.portions_ml)
    script.soon(5.0, d.Drink(tap.name, portion_ml))
    script.wait(portion_ml / FLOW_ML_S + 3.0)


def _charge(script: Script, socket: str) -> None:
    """Ended at the screen, if it is still theirs, or by leaving."""
    script.soon(5.0, d.Plug(socket, script.chance.choice(LOADS)))
    script.soon(1.5, d.Charge(socket))
    if script.chance.random() < SITS:
        script.door_free_after(4.0)
        script.wait(script.chance.uniform(*SITS_S))
    else:
        script.wait(script.chance.uniform(*STANDS_S))
    script.soon(0.0, d.StopCharge(socket))
    script.soon(2.0, d.Unplug(socket))


def _bottle(script: Script) -> None:
    """Waits until it is counted."""
    script.soon(3.0, d.AskFridge())
    script.soon(2.0, d.TakeBottle())
    script.soon(2.0, d.ShutFridge())
    script.wait(COUNTS_S)


def _on_request(script: Script) -> list[str]:
    everybody = AmenityMode.ON_REQUEST, AmenityWho.EVERYBODY
    return [amenity.name for amenity in script.config.amenities if (amenity.mode, amenity.who) == everybody]


def _amenity(script: Script) -> None:
    """For a while, stopped by hand."""
    name = script.chance.choice(_on_request(script))
    script.soon(3.0, d.RunAmenity(name))
    script.wait(script.chance.uniform(*RUNS_S))
    script.soon(0.0, d.StopAmenity(name))


def _leave(script: Script) -> None:
    if script.chance.random() < 0.85:
        script.soon(1.0, d.SayGoodbye())
    script.soon(2.0, d.PushOut(hold_s=1.2))
    script.wait(CLOSES_S)


def _spread(script: Script, low: float, high: float) -> float:
    return round(script.chance.uniform(low, high), 3)


def _looked_s(script: Script) -> float:
    return _spread(script, 0.12, 0.4)
