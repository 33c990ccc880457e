"""The door: the strike comes back by itself, a break-in is told, and leaving asks nobody, whatever is broken."""

from collections.abc import Callable

import pytest

from contract.facts import (
    DoorCause,
    DoorClosed,
    DoorHeldOpen,
    DoorLocked,
    DoorOpened,
    ExitRequested,
    FaultCleared,
    FaultCode,
    FaultRaised,
)
from edge.domain.messages import CameraChanged, FacesChanged, GuardChanged, StoreChanged
from tests.scenarios.people import AN, BO, BO_NUMBER, BO_PIN, leaves
from twin.station import TwinStation


@pytest.fixture
def bench(build) -> TwinStation:
    """Without sockets: their currents, read twice a second, would only cost time here."""
    bench: TwinStation = build(sockets=[])
    return bench


def check_lock_returns_when_nobody_opens(bench: TwinStation) -> None:
    """unlock_s = 5."""
    bench.show_face(AN)
    bench.after(4.9)
    assert bench.world.lock_released
    bench.after(0.1)
    assert not bench.world.lock_released


def test_lock_returns_when_nobody_opens(bench: TwinStation) -> None:
    check_lock_returns_when_nobody_opens(bench)
    assert bench.cloud.of(DoorLocked) == [DoorLocked(opened=False)]


def check_lock_returns_once_the_door_is_open(bench: TwinStation) -> None:
    """The door is open and the strike is back: the next one outside finds it locked as soon as it falls shut."""
    bench.show_face(AN)
    bench.world.pull_door(hold_s=1.0)
    bench.after(0.5)
    assert bench.world.door.is_open
    assert not bench.world.lock_released


def test_lock_returns_once_the_door_is_open(bench: TwinStation) -> None:
    check_lock_returns_once_the_door_is_open(bench)
    bench.after(4)
    assert bench.cloud.of(DoorOpened) == [DoorOpened(cause=DoorCause.ENTRY)]
    assert bench.cloud.of(DoorLocked) == [DoorLocked(opened=True)]


def check_lock_is_shut_in_the_hardware_when_the_core_forgets(bench: TwinStation) -> None:
    """The lease of the output ends half a second after the core should have ended it."""
    bench.show_face(AN)
    bench.assembly.station.drain = lambda: None  # type: ignore[method-assign]  # the deciding thread hangs
    bench.after(6)
    assert not bench.world.lock_released


def test_a_hanging_deciding_thread_leaves_the_door_locked(bench: TwinStation) -> None:
    check_lock_is_shut_in_the_hardware_when_the_core_forgets(bench)


def check_nobody_follows_through_a_closed_door(bench: TwinStation) -> None:
    """After one visitor the next one pulls in vain."""
    bench.let_in(AN)
    entered = bench.world.truth().door.entered
    bench.world.pull_door()
    bench.after(3)
    assert bench.world.truth().door.entered == entered == 1


def test_nobody_follows_through_a_closed_door(bench: TwinStation) -> None:
    check_nobody_follows_through_a_closed_door(bench)


def test_two_visitors_one_after_the_other_each_get_the_door(bench: TwinStation) -> None:
    bench.show_face(AN)
    bench.after(3)
    bench.type_code(BO_NUMBER, BO_PIN)
    bench.after(4.9)
    assert bench.world.lock_released
    bench.after(0.1)
    assert not bench.world.lock_released


def test_an_open_door_is_asked_for_and_then_told(bench: TwinStation) -> None:
    bench.world.press_exit()
    bench.world.hold_door()
    bench.after(29)
    assert bench.cloud.of(DoorHeldOpen) == []
    bench.after(2)
    assert [fact.alarm for fact in bench.cloud.of(DoorHeldOpen)] == [False]
    bench.after(30)
    assert [fact.alarm for fact in bench.cloud.of(DoorHeldOpen)] == [False, True]
    assert bench.screen.faults[0].fault is FaultCode.DOOR_HELD
    bench.world.let_go()
    bench.after(4)
    assert bench.screen.faults == ()
    assert bench.cloud.of(DoorClosed)[0].open_s > 60
    assert bench.cloud.of(DoorHeldOpen)[1].open_s == 60


def check_a_break_in_is_told(bench: TwinStation) -> None:
    """Opened without anybody let in or out: latched until the door is shut again."""
    bench.world.force_door()
    bench.after(1)
    assert bench.cloud.of(DoorOpened) == [DoorOpened(cause=DoorCause.FORCED)]
    assert [fact.fault for fact in bench.cloud.of(FaultRaised)] == [FaultCode.DOOR_FORCED]
    assert bench.cloud.states[-1].faults[0].fault is FaultCode.DOOR_FORCED


def test_a_break_in_is_told_until_the_door_is_shut(bench: TwinStation) -> None:
    check_a_break_in_is_told(bench)
    bench.after(8)
    assert [fact.fault for fact in bench.cloud.of(FaultCleared)] == [FaultCode.DOOR_FORCED]
    assert bench.cloud.states[-1].faults == []


def test_a_visit_after_a_break_in_is_an_entry_again(bench: TwinStation) -> None:
    bench.world.force_door()
    bench.after(8)
    bench.let_in(AN)
    assert bench.cloud.of(DoorOpened)[-1].cause is DoorCause.ENTRY


def test_a_bouncing_contact_is_one_opening(bench: TwinStation) -> None:
    for count in range(1, 9):
        bench.let_in(AN)
        assert bench.cloud.kinds().count("door_opened") == bench.cloud.kinds().count("door_closed") == count


def test_somebody_enters_while_somebody_leaves(bench: TwinStation) -> None:
    bench.let_in(AN)
    bench.world.push_out(hold_s=2.0)
    bench.after(0.5)
    bench.type_code(BO_NUMBER, BO_PIN)
    assert not bench.world.lock_released, "the door is open: nothing to release"
    bench.after(6)
    assert bench.screen.visitor == BO


# ---- leaving


def normal(bench: TwinStation) -> None:
    """Nothing is wrong."""


def visitor_inside(bench: TwinStation) -> None:
    bench.let_in(AN)


def strike_released(bench: TwinStation) -> None:
    """Somebody is being let in at this moment."""
    bench.show_face(BO)


def store_full(bench: TwinStation) -> None:
    bench.post(StoreChanged(False, True, "full"))


def guard_lost(bench: TwinStation) -> None:
    bench.post(GuardChanged(False))


def broker_away(bench: TwinStation) -> None:
    bench.cloud.stop()


def faces_lost(bench: TwinStation) -> None:
    bench.post(FacesChanged(False, "killed"), CameraChanged(False, "unplugged"))


def agent_killed(bench: TwinStation) -> None:
    bench.kill()


def agent_killed_while_released(bench: TwinStation) -> None:
    bench.show_face(AN)
    bench.kill()


def exit_stuck(bench: TwinStation) -> None:
    bench.faults.plant("exit_stuck")


def contact_stuck(bench: TwinStation) -> None:
    bench.faults.plant("contact_stuck")


def held_open_before(bench: TwinStation) -> None:
    bench.world.press_exit()
    bench.world.hold_door(70)
    bench.after(75)


STATES: list[Callable[[TwinStation], None]] = [
    normal, visitor_inside, strike_released, store_full, guard_lost, broker_away, faces_lost, agent_killed,
    agent_killed_while_released, exit_stuck, contact_stuck, held_open_before,
]  # fmt: skip


def check_leaving_is_free(bench: TwinStation, state: Callable[[TwinStation], None]) -> None:
    """The door gives at once to who pushes from inside."""
    state(bench)
    bench.after(0.5)
    opened = bench.world.truth().door.opened
    assert bench.world.push_out(hold_s=1.0)
    bench.after(1)
    assert bench.world.door.is_open
    assert bench.world.truth().door.opened == opened + 1


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_a_person_can_always_leave(bench: TwinStation, state: Callable[[TwinStation], None]) -> None:
    check_leaving_is_free(bench, state)
    bench.after(4)
    causes = {fact.cause for fact in bench.cloud.of(DoorOpened)}
    assert DoorCause.FORCED not in causes


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_the_inner_handle_needs_no_button(bench: TwinStation, state: Callable[[TwinStation], None]) -> None:
    state(bench)
    bench.after(0.5)
    assert bench.world.push_out(hold_s=1.0, press=False)
    bench.after(1)
    assert bench.world.door.is_open


def test_one_press_is_one_request(bench: TwinStation) -> None:
    assert leaves(bench)
    assert bench.cloud.of(ExitRequested) == [ExitRequested()]
    assert bench.cloud.of(DoorOpened) == [DoorOpened(cause=DoorCause.EXIT)]


def test_who_keeps_a_finger_on_the_button_is_no_burglar(bench: TwinStation) -> None:
    bench.world.press_exit(15)
    bench.after(12)
    bench.world.push_out(hold_s=1.0, press=False)
    bench.after(5)
    assert bench.cloud.of(DoorOpened) == [DoorOpened(cause=DoorCause.EXIT)]


def test_a_button_that_sticks_makes_no_forced_opening(bench: TwinStation) -> None:
    bench.faults.plant("exit_stuck")
    bench.after(60)
    for _ in range(2):
        bench.world.push_out(hold_s=1.0, press=False)
        bench.after(5)
    assert bench.cloud.of(DoorOpened) == [DoorOpened(cause=DoorCause.EXIT)] * 2


def test_software_never_releases_the_strike_for_leaving(bench: TwinStation) -> None:
    bench.world.press_exit()
    bench.after(0.3)
    assert not bench.world.lock_released
    assert leaves(bench)
