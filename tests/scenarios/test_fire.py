"""Fire: the door is free at once, stays free whatever happens, and is locked again only after a reset by somebody on the spot."""

from collections.abc import Callable

import pytest

from contract.facts import DoorCause, DoorOpened, EntryRefused, FaultCleared, FaultCode, FaultRaised, FireChanged, Refusal
from edge.domain.messages import ContactChanged, GuardChanged, LeaveAsked, StoreChanged
from edge.domain.room_messages import ChargeAsked, DrinkAsked, LineChanged
from edge.domain.screen import Announce
from tests.sabotage.checks import break_disk
from tests.scenarios.people import AN, BO, BO_NUMBER, BO_PIN, enters_by_code, leaves
from twin.station import TwinStation

FIRE: dict[str, object] = {"detectors": {"fire_pin": 5}}


@pytest.fixture
def bench(build) -> TwinStation:
    """With a fire input."""
    bench: TwinStation = build(**FIRE)
    return bench


def burn(bench: TwinStation, seconds: float = 0.1) -> None:
    """The alarm goes off."""
    bench.faults.plant("fire")
    bench.after(seconds)


def put_out(bench: TwinStation) -> None:
    """The alarm is over."""
    bench.faults.clear("fire")
    bench.after(1)


def reset(bench: TwinStation) -> None:
    """As the steward's machine does it, within a step of the station."""
    station, now = bench.assembly.station, bench.clock.monotonic()
    station._finish(station.core.detectors.fire.reset(now), now)
    bench.after(0.1)


def standing(bench: TwinStation) -> set[FaultCode]:
    return {view.fault for view in bench.screen.faults}


def check_fire_frees_the_door_at_once(bench: TwinStation) -> None:
    """And keeps it free, long after any lease would have ended."""
    burn(bench, 0.02)
    assert bench.world.lock_released
    for _ in range(60):
        bench.after(1)
        assert bench.world.lock_released


def test_fire_frees_the_door_at_once(bench: TwinStation) -> None:
    check_fire_frees_the_door_at_once(bench)
    assert bench.cloud.of(FireChanged) == [FireChanged(active=True)]
    assert [fact.fault for fact in bench.cloud.of(FaultRaised)] == [FaultCode.FIRE]
    assert bench.screen.announce is Announce.FIRE
    assert bench.screen.door == "released"


def visitor_enters(bench: TwinStation) -> None:
    bench.show_face(AN)
    bench.world.pull_door(hold_s=1.0)


def release_runs_out(bench: TwinStation) -> None:
    bench.show_face(AN)
    bench.after(6)


def fire_while_released(bench: TwinStation) -> None:
    """The relock deadline of an entry lies in the fire."""
    bench.faults.clear("fire")
    bench.after(1)
    reset(bench)
    bench.show_face(AN)
    bench.after(2)
    burn(bench, 4)


def people_flee(bench: TwinStation) -> None:
    for _ in range(3):
        bench.walk_out()


def guard_lost(bench: TwinStation) -> None:
    bench.post(GuardChanged(False))


def disk_full(bench: TwinStation) -> None:
    break_disk(bench)
    bench.post(StoreChanged(False, True, "full"))
    bench.after(30)


def goodbye(bench: TwinStation) -> None:
    bench.post(LeaveAsked())


def contact_noise(bench: TwinStation) -> None:
    bench.post(ContactChanged(False), ContactChanged(True), ContactChanged(False), ContactChanged(True))


def loop_late(bench: TwinStation) -> None:
    """The hard timer of the lease is first; the loop then takes it back at once."""
    bench.clock.move(20)
    bench.assembly.periodic[0].job()
    bench.after(0.1)


def reset_in_the_fire(bench: TwinStation) -> None:
    reset(bench)


EVENTS: list[Callable[[TwinStation], None]] = [
    visitor_enters, release_runs_out, fire_while_released, people_flee, guard_lost, disk_full, goodbye, contact_noise, loop_late, reset_in_the_fire,
]  # fmt: skip


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.__name__)
def test_nothing_locks_the_door_in_a_fire(bench: TwinStation, event: Callable[[TwinStation], None]) -> None:
    burn(bench)
    event(bench)
    for _ in range(16):
        bench.after(0.5)
        assert bench.world.lock_released


def check_fire_needs_no_disk(bench: TwinStation) -> None:
    """A full disk at the very moment of the alarm: people count more than facts."""
    disk = break_disk(bench)
    burn(bench, 0.02)
    assert bench.world.lock_released
    bench.after(10)
    assert bench.world.lock_released
    assert bench.cloud.of(FireChanged) == []
    disk.fails = False
    bench.after(10)
    assert bench.cloud.of(FireChanged) == [FireChanged(active=True)]


def test_fire_needs_no_disk(bench: TwinStation) -> None:
    check_fire_needs_no_disk(bench)


def check_nobody_is_let_in_and_nothing_runs(bench: TwinStation) -> None:
    """Water and power end with the alarm."""
    bench.let_in(AN)
    bench.world.plug("1", "phone")
    bench.post(DrinkAsked("cold", 1000), ChargeAsked("1"))
    bench.after(2)
    burn(bench)
    truth = bench.world.truth()
    assert not truth.taps["cold"].powered and not truth.sockets["1"].energised
    bench.show_face(BO)
    bench.type_code(BO_NUMBER, BO_PIN)
    assert [fact.reason for fact in bench.cloud.of(EntryRefused)] == [Refusal.FIRE]


def test_nobody_is_let_in_and_nothing_runs(bench: TwinStation) -> None:
    check_nobody_is_let_in_and_nothing_runs(bench)
    assert bench.screen.reason is Refusal.FIRE


def check_the_door_waits_for_a_reset(bench: TwinStation) -> None:
    """The alarm ends by itself; the door stays free until somebody has looked."""
    burn(bench, 5)
    put_out(bench)
    assert standing(bench) == {FaultCode.FIRE_RESET_DUE}
    bench.after(600)
    assert bench.world.lock_released
    assert not bench.screen.code
    reset(bench)
    assert not bench.world.lock_released
    assert standing(bench) == set()


@pytest.mark.slow
def test_the_door_waits_for_a_reset(bench: TwinStation) -> None:
    check_the_door_waits_for_a_reset(bench)
    assert bench.cloud.of(FireChanged) == [FireChanged(active=True), FireChanged(active=False)]
    assert [fact.fault for fact in bench.cloud.of(FaultCleared)] == [FaultCode.FIRE, FaultCode.FIRE_RESET_DUE]
    assert enters_by_code(bench)
    assert leaves(bench)


def check_a_restart_forgets_no_fire(bench: TwinStation) -> None:
    """Killed in the fire, started after it; and killed again before the reset."""
    burn(bench, 1)
    bench.kill()
    bench.faults.clear("fire")
    bench.after(5)
    bench.boot()
    bench.after(1)
    assert bench.world.lock_released
    assert standing(bench) >= {FaultCode.FIRE_RESET_DUE}
    bench.kill()
    bench.after(5)
    bench.boot()
    assert bench.world.lock_released
    reset(bench)
    assert not bench.world.lock_released


def test_a_restart_forgets_no_fire(bench: TwinStation) -> None:
    check_a_restart_forgets_no_fire(bench)


def test_a_restart_in_the_fire_frees_the_door_again(bench: TwinStation) -> None:
    bench.kill()
    bench.faults.plant("fire")
    bench.boot()
    assert bench.world.lock_released


def test_without_the_agent_the_relay_alone_holds_the_door_free(bench: TwinStation) -> None:
    """The guard takes back what software released; the wire from the alarm to the strike needs neither."""
    burn(bench)
    bench.kill()
    bench.after(5)
    assert not bench.world.lock_released
    assert bench.world.pull_door()
    bench.after(0.5)
    assert bench.world.door.is_open


def test_a_reset_in_the_fire_changes_nothing(bench: TwinStation) -> None:
    burn(bench)
    reset(bench)
    put_out(bench)
    assert standing(bench) == {FaultCode.FIRE_RESET_DUE}


def test_a_second_alarm_before_the_reset_is_told_and_needs_one_reset(bench: TwinStation) -> None:
    burn(bench)
    put_out(bench)
    burn(bench)
    assert bench.screen.announce is Announce.FIRE
    reset(bench)
    assert bench.world.lock_released
    put_out(bench)
    assert bench.screen.announce is Announce.FIRE_OVER
    reset(bench)
    assert not bench.world.lock_released


def test_a_bounce_of_the_input_is_no_end_of_the_alarm(bench: TwinStation) -> None:
    bench.post(LineChanged("fire", True))
    for _ in range(5):
        bench.post(LineChanged("fire", False))
        bench.after(0.1)
        bench.post(LineChanged("fire", True))
        bench.after(0.1)
    assert bench.cloud.of(FireChanged) == [FireChanged(active=True)]


def test_a_cut_wire_is_a_fire(bench: TwinStation) -> None:
    bench.faults.plant("fire_wire_cut")
    bench.after(0.1)
    assert bench.world.lock_released
    assert standing(bench) == {FaultCode.FIRE}


def test_who_flees_is_no_burglar_and_is_counted_out(bench: TwinStation) -> None:
    bench.let_in(AN)
    burn(bench)
    bench.world.push_out(hold_s=1.0, press=False)
    bench.after(5)
    assert bench.cloud.of(DoorOpened)[-1] == DoorOpened(cause=DoorCause.EXIT)
    assert bench.cloud.states[-1].inside == 0


def test_an_open_door_is_locked_after_the_reset_and_not_before(bench: TwinStation) -> None:
    burn(bench)
    bench.world.hold_door(30)
    bench.after(2)
    put_out(bench)
    reset(bench)
    assert not bench.world.lock_released
    assert bench.world.door.is_open
    bench.after(40)
    assert bench.screen.door == "locked"


def test_a_station_without_a_fire_input_ends_a_kept_alarm(build, tmp_path) -> None:
    """The input was taken out of the configuration while the alarm stood: still a person must reset."""
    bench: TwinStation = build(**FIRE)
    burn(bench)
    bench.kill()
    other: TwinStation = build(clock=bench.clock)
    other.after(1)
    assert standing(other) == {FaultCode.FIRE_RESET_DUE}
    assert other.world.lock_released
