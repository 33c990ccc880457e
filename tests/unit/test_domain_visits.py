"""Who is inside: two people, an open door, a door that was opened for somebody else, a grant that was not recorded."""

from __future__ import annotations

from itertools import repeat

from contract.config import VisitConfig
from contract.facts import Fact, VisitEnd, VisitEnded
from edge.domain import messages as m
from edge.domain.core import Core
from edge.domain.messages import Effects
from edge.domain.restored import Restored
from edge.domain.sight import FaceCompared
from edge.domain.visits import Visits
from twin.station import layout, person, roster

AN, BO = "p-an", "p-bo"
PEOPLE = roster(person(AN, "1001", "2468"), person(BO, "1002", "1357"))


class House:
    """The core with a door that a test moves; each call is a step that was recorded, unless told otherwise."""

    def __init__(self) -> None:
        restored = Restored("0000000a", 1, 0, "0000000b", 1, 0)
        self.core, self.now, self.tracks = Core(layout(), restored, "0000000c", "0", "0" * 64, repeat(0)), 100.0, 0
        self.facts: list[Fact] = []
        self.core.start(self.now)
        self.hear(m.GuardChanged(True), m.CameraChanged(True, ""), m.RosterReceived(PEOPLE))

    def hear(self, *heard: m.Input, stored: bool = True) -> None:
        for each in heard:
            effects = self.core.handle(each, self.now)
            effects.add(self.core.tick(self.now))
            self.keep(effects, stored)

    def keep(self, effects: Effects, stored: bool = True) -> None:
        if stored:
            self.core.recorded()
            self.facts += effects.facts
        else:
            self.core.revoke(self.now)

    def wait(self, seconds: float) -> None:
        self.now += seconds
        self.keep(self.core.tick(self.now))

    def door(self, closed: bool) -> None:
        self.hear(m.ContactChanged(closed))
        self.wait(0.1)

    def face(self, who: str, stored: bool = True) -> None:
        self.tracks += 1
        self.hear(FaceCompared(self.tracks, 3, who, 0.15, 0.6, 2, self.now - 0.2), stored=stored)

    def code(self, number: str, pin: str, stored: bool = True) -> None:
        asked = self.core.handle(m.CodeTyped(number, pin), self.now).actions[0]
        assert isinstance(asked, m.DigestCode)
        digests = {p.number: p.code_digest for p in self.core.entry.access.roster.people}  # type: ignore[union-attr]
        self.hear(m.CodeDigested(number, digests[number] or "", m.CodeSource.SCREEN, self.now), stored=stored)

    def enters(self, who: str) -> None:
        self.face(who)
        self.door(False)
        self.door(True)

    @property
    def inside(self) -> int:
        return self.core.entry.visits.inside()

    def ended(self) -> list[tuple[str, VisitEnd]]:
        return [(f.person, f.reason) for f in self.facts if isinstance(f, VisitEnded)]


def house(door_closed: bool = True) -> House:
    made = House()
    made.door(door_closed)
    return made


def test_who_comes_in_through_a_door_that_stands_open_stays_in_when_it_closes() -> None:
    station = house(door_closed=False)
    station.code("1001", "2468")
    assert station.inside == 1
    station.door(True)
    assert (station.inside, station.ended()) == (1, [])


def test_who_meets_somebody_leaving_is_not_taken_for_them() -> None:
    station = house()
    station.enters(BO)
    station.hear(m.ExitPressed(True), m.ExitPressed(False))
    station.door(False)
    station.wait(1)
    station.code("1001", "2468")
    station.door(True)
    assert station.ended() == [(BO, VisitEnd.LEFT)]
    assert station.inside == 1


def test_two_who_were_let_in_before_the_door_opened_are_both_inside() -> None:
    station = house()
    station.face(AN)
    station.wait(1)
    station.code("1002", "1357")
    station.door(False)
    station.door(True)
    assert station.inside == 2
    assert station.core.entry.visits.current and station.core.entry.visits.current.person == BO


def test_two_who_were_let_in_and_did_not_come_have_no_visit_left() -> None:
    station = house()
    station.face(AN)
    station.wait(1)
    station.code("1002", "1357")
    station.wait(6)
    assert sorted(station.ended()) == [(AN, VisitEnd.NOT_ENTERED), (BO, VisitEnd.NOT_ENTERED)]


def test_a_grant_through_an_open_door_that_was_not_recorded_never_was() -> None:
    station = house(door_closed=False)
    station.code("1001", "2468", stored=False)
    assert station.inside == 0
    assert station.core.entry.visits.current is None
    assert station.core.screen(station.now).visitor is None


def test_goodbye_twice_is_goodbye_once() -> None:
    station = house()
    station.enters(AN)
    station.wait(1)
    station.enters(BO)
    station.hear(m.LeaveAsked(), m.LeaveAsked())
    station.hear(m.ExitPressed(True))
    station.door(False)
    station.door(True)
    assert station.ended() == [(BO, VisitEnd.LEFT)]


def test_coming_again_while_inside_is_one_visit_with_the_screen() -> None:
    station = house()
    station.enters(AN)
    station.wait(60)
    station.enters(AN)
    assert station.ended() == [(AN, VisitEnd.CAME_AGAIN)]
    assert station.inside == 1
    assert station.core.screen(station.now).visitor == AN


def test_the_current_visitor_is_always_inside() -> None:
    visits = Visits(VisitConfig())
    visits.begin("0000000a-1", AN, 10)
    visits.entered(11)
    visits.cancel("0000000a-1")
    assert visits.current is None and visits.inside() == 0
