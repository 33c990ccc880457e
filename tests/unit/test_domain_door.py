"""Moments of the door that once went wrong, each on its own; the rest is in tests/properties/test_door.py."""

from __future__ import annotations

from contract.config import DoorConfig
from contract.facts import DoorCause, DoorClosed, DoorLocked, DoorOpened
from edge.domain.door import Door, DoorState
from edge.domain.messages import SetOutput
from edge.domain.safe_state import LOCK

VISIT = "0000000a-1"


def door() -> Door:
    """Closed for a while, as the contact says."""
    made = Door(DoorConfig(unlock_s=5, held_open_s=30, alarm_s=60, debounce_s=0.05))
    made.contact(True, 0.0)
    made.tick(0.1)
    return made


def test_a_door_opened_in_the_last_moment_is_an_entry() -> None:
    """The edge comes 20 ms before the strike goes back, and is debounced 30 ms after it."""
    made = door()
    made.release(VISIT, 10.0)
    made.recorded()
    made.contact(False, 14.98)
    over = made.tick(15.0)
    assert over.actions == [SetOutput(LOCK, False)] and not over.facts
    assert made.tick(15.04).facts == [DoorOpened(cause=DoorCause.ENTRY), DoorLocked(opened=True)]


def test_a_bounce_in_the_last_moment_is_no_entry() -> None:
    made = door()
    made.release(VISIT, 10.0)
    made.recorded()
    made.contact(False, 14.98)
    made.tick(15.0)
    made.contact(True, 15.01)
    assert made.tick(15.04).facts == [DoorLocked(opened=False)]
    assert made.state is DoorState.LOCKED


def test_an_opening_is_not_lost_when_the_loop_is_late() -> None:
    made = door()
    made.contact(False, 10.0)
    assert [type(f) for f in made.contact(True, 10.2).facts] == [DoorOpened]
    assert [type(f) for f in made.tick(10.3).facts] == [DoorClosed]


def test_an_exit_button_that_is_held_keeps_the_exit_open() -> None:
    """It is wired to the strike: as long as it is pressed, nobody who opens has to break anything."""
    made = door()
    made.exit(True, 10.0)
    made.contact(False, 30.0)
    assert made.tick(30.1).facts == [DoorOpened(cause=DoorCause.EXIT)]


def test_an_exit_that_is_over_does_not_excuse_a_break_in() -> None:
    made = door()
    made.exit(True, 10.0)
    made.exit(False, 10.5)
    made.contact(False, 21.0)
    assert made.tick(21.1).facts == [DoorOpened(cause=DoorCause.FORCED)]
    assert made.forced
