"""Who is enrolled in every scenario, and how they come and go: An and Bo, each with a right and a code."""

from functools import cache

from contract.roster import Person
from edge.domain.screen import SocketView, TapView
from twin.station import TwinStation, person, roster

AN, AN_NUMBER, AN_PIN = "p-an", "1001", "2468"
BO, BO_NUMBER, BO_PIN = "p-bo", "1002", "1357"
CARD = f"SSC:{AN_NUMBER}:{AN_PIN}"
"""The text of An's code card."""


@cache
def people() -> tuple[Person, ...]:
    """An and Bo; a code digest takes 20 ms, so it is computed once."""
    return person(AN, AN_NUMBER, AN_PIN), person(BO, BO_NUMBER, BO_PIN)


@cache
def two_people(version: int = 1) -> bytes:
    """The roster of An and Bo."""
    return roster(*people(), version=version)


def enrol(bench: TwinStation) -> TwinStation:
    """The station has heard its roster."""
    bench.cloud.push_roster(two_people())
    bench.after(0.1)
    return bench


def enters_by_code(bench: TwinStation, number: str = AN_NUMBER, pin: str = AN_PIN) -> bool:
    """Somebody types a code and, when the strike lets go, walks in; whether they are inside."""
    before = bench.world.truth().door.entered
    bench.type_code(number, pin)
    bench.world.pull_door(hold_s=1.0)
    bench.after(4.5)
    return bench.world.truth().door.entered > before


def leaves(bench: TwinStation) -> bool:
    """Somebody presses the exit button and pushes; whether the door opened for them."""
    before = bench.world.truth().door.opened
    bench.walk_out()
    return bench.world.truth().door.opened > before


def tap(bench: TwinStation, name: str = "cold") -> TapView:
    """A tap as the screen shows it."""
    return next(view for view in bench.screen.taps if view.name == name)


def socket(bench: TwinStation, name: str = "1") -> SocketView:
    """A socket as the screen shows it."""
    return next(view for view in bench.screen.sockets if view.name == name)
