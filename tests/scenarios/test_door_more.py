"""What else the door knows: hours, a full room, coming in twice, a second PIN, a button that sticks, the control box, smoke."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from contract.facts import (
    DoorCause,
    DoorOpened,
    DuressCalled,
    EntryGranted,
    EntryRefused,
    FaultCleared,
    FaultCode,
    FaultRaised,
    PassbackNoticed,
    Refusal,
    Way,
)
from contract.roster import Role, code_digest
from edge.domain.messages import AnswerTyped
from edge.domain.room_messages import ChargeAsked
from edge.domain.screen import Announce, Screen
from tests.scenarios.people import AN, AN_NUMBER, AN_PIN, BO, BO_NUMBER, BO_PIN, enters_by_code, leaves, people
from twin.clock import TwinClock
from twin.station import SALT, TwinStation, roster

HELP_PIN = "8642"
EARLY: dict[str, object] = {"access": {"hours": [{"days": [1, 2, 3, 4, 5], "from_hour": 6, "to_hour": 22}]}}
NIGHT = datetime(2026, 3, 1, 19, 0, tzinfo=UTC)
"""03:00 on a Monday at the station."""
DETECTORS: dict[str, object] = {"detectors": {"smoke_pin": 6, "tamper_pin": 12}}


def standing(bench: TwinStation) -> list[FaultCode]:
    """Told to the cloud."""
    return [fault.fault for fault in bench.cloud.states[-1].faults]


# ---- hours


def check_nobody_is_let_in_out_of_hours(bench: TwinStation) -> None:
    """And whoever is inside leaves as ever."""
    assert not enters_by_code(bench)
    assert [fact.reason for fact in bench.cloud.of(EntryRefused)] == [Refusal.CLOSED_NOW]
    assert leaves(bench)


def at_night(build) -> TwinStation:
    bench: TwinStation = build(clock=TwinClock(NIGHT), **EARLY)
    bench.after(6)
    return bench


def test_nobody_is_let_in_out_of_hours_and_the_screen_says_when(build) -> None:
    bench = at_night(build)
    assert bench.screen.opens == "2026-03-02T06:00"
    check_nobody_is_let_in_out_of_hours(bench)
    assert bench.cloud.of(DoorOpened) == [DoorOpened(cause=DoorCause.EXIT)]


def test_the_door_opens_with_the_hour(build) -> None:
    bench = at_night(build)
    bench.clock.move(3 * 3600)
    bench.after(6)
    assert bench.screen.opens is None
    assert enters_by_code(bench)


def test_a_steward_comes_at_any_hour(build) -> None:
    bench = at_night(build)
    an, bo = people()
    bench.cloud.push_roster(roster(an.model_copy(update={"role": Role.STEWARD}), bo, version=2))
    bench.after(0.1)
    assert enters_by_code(bench)
    assert not enters_by_code(bench, BO_NUMBER, BO_PIN)


def test_hours_hold_on_trusted_time_only(build) -> None:
    """A board without battery believes anything; it must not keep people out in the rain."""
    clock = TwinClock(NIGHT, synchronised=False)
    bench: TwinStation = build(clock=clock, **EARLY)
    assert bench.screen.opens is None
    assert enters_by_code(bench)


def test_hours_over_midnight_and_over_the_weekend(build) -> None:
    hours = {"access": {"hours": [{"days": [5], "from_hour": 20, "to_hour": 2}]}}
    friday = NIGHT + timedelta(days=4, hours=18)  # 21:00 there
    bench: TwinStation = build(clock=TwinClock(friday), **hours)
    bench.after(6)
    assert enters_by_code(bench)
    bench.clock.move(4 * 3600)  # 01:00 on Saturday
    bench.after(6)
    assert enters_by_code(bench, BO_NUMBER, BO_PIN)
    bench.clock.move(3600)
    bench.after(6)
    assert bench.screen.opens == "2026-03-13T20:00"


# ---- a full room


def check_a_full_room_refuses_and_lets_leave(bench: TwinStation) -> None:
    """`most_inside` = 1."""
    bench.let_in(AN)
    assert not enters_by_code(bench, BO_NUMBER, BO_PIN)
    assert [fact.reason for fact in bench.cloud.of(EntryRefused)] == [Refusal.FULL]
    assert leaves(bench)
    assert enters_by_code(bench, BO_NUMBER, BO_PIN)


def test_a_full_room_refuses_and_lets_leave(build) -> None:
    check_a_full_room_refuses_and_lets_leave(build(access={"most_inside": 1}))


# ---- coming in again


def check_who_comes_in_twice_is_told(bench: TwinStation) -> None:
    """An's code let two people in: the second is let in too."""
    assert enters_by_code(bench)
    assert enters_by_code(bench)
    told = bench.cloud.of(PassbackNoticed)
    assert len(told) == 1
    noticed = told[0]
    assert noticed.person == AN and noticed.visit == bench.cloud.of(EntryGranted)[-1].visit
    assert 3 < noticed.since_s < 10


def test_who_comes_in_twice_is_told(bench: TwinStation) -> None:
    check_who_comes_in_twice_is_told(bench)


def test_who_left_in_between_is_not(bench: TwinStation) -> None:
    assert enters_by_code(bench) and leaves(bench) and enters_by_code(bench)
    assert bench.cloud.of(PassbackNoticed) == []


@pytest.mark.slow
def test_who_only_wakes_the_screen_from_inside_is_not(bench: TwinStation) -> None:
    bench.let_in(AN)
    bench.after(200)
    bench.show_face(AN)
    bench.after(6)
    assert bench.screen.visitor == AN
    assert bench.cloud.of(PassbackNoticed) == []


def test_after_a_while_a_leaving_was_missed(bench: TwinStation) -> None:
    assert enters_by_code(bench)
    bench.clock.move(bench.config.access.passback_s)
    assert enters_by_code(bench)
    assert bench.cloud.of(PassbackNoticed) == []


# ---- the second PIN


def with_duress(bench: TwinStation) -> TwinStation:
    """An has one."""
    an, bo = people()
    an = an.model_copy(update={"duress_digest": code_digest(SALT, AN_NUMBER, HELP_PIN)})
    bench.cloud.push_roster(roster(an, bo, version=2))
    bench.after(0.1)
    return bench


def check_a_duress_code_opens_and_calls(bench: TwinStation) -> None:
    """Told to the cloud at once, and latched."""
    assert enters_by_code(bench, pin=HELP_PIN)
    assert bench.cloud.of(DuressCalled) == [DuressCalled(person=AN, way=Way.CODE)]
    assert standing(bench) == [FaultCode.DURESS]


def test_a_duress_code_opens_and_calls(bench: TwinStation) -> None:
    check_a_duress_code_opens_and_calls(with_duress(bench))


def seen(bench: TwinStation, pin: str) -> list[Screen]:
    """The screen, step by step, without what no two visits share."""
    shots = []
    bench.type_code(AN_NUMBER, pin)
    bench.world.pull_door(hold_s=1.0)
    for _ in range(90):
        bench.after(0.05)
        shots.append(replace(bench.screen, visit=None, notice_no=0, waiting_facts=0, notice_until=0.0))
    return shots


def check_a_duress_code_looks_like_the_pin(bench: TwinStation, other: TwinStation) -> None:
    """Every screen, from the key to the room, at the same time."""
    assert seen(bench, HELP_PIN) == seen(other, AN_PIN)


def test_a_duress_code_looks_like_the_pin(build, tmp_path) -> None:
    one, other = (with_duress(build(folder=tmp_path / name)) for name in "ab")
    check_a_duress_code_looks_like_the_pin(one, other)


def test_a_call_outlives_a_restart_and_stays_off_the_screen(bench: TwinStation) -> None:
    check_a_duress_code_opens_and_calls(with_duress(bench))
    bench.kill()
    bench.boot()
    bench.after(1)
    assert FaultCode.DURESS in standing(bench)
    assert FaultCode.DURESS not in {view.fault for view in bench.screen.faults}


def test_a_call_is_heard_also_when_nobody_can_be_let_in(build) -> None:
    bench = with_duress(build(access={"most_inside": 1}))
    bench.let_in(BO)
    assert not enters_by_code(bench, pin=HELP_PIN)
    assert len(bench.cloud.of(DuressCalled)) == 1


def test_a_call_is_heard_behind_a_face_too(build) -> None:
    bench = with_duress(build(identity={"assurance": "face_plus_code"}))
    bench.show_face(AN)
    assert bench.screen.ask
    bench.post(AnswerTyped(HELP_PIN))
    bench.after(0.1)
    assert bench.world.lock_released
    assert bench.cloud.of(DuressCalled) == [DuressCalled(person=AN, way=Way.FACE_CODE)]


def test_nobody_elses_second_pin_opens(bench: TwinStation) -> None:
    with_duress(bench)
    assert not enters_by_code(bench, BO_NUMBER, HELP_PIN)
    assert bench.cloud.of(DuressCalled) == []


# ---- the button, the box, smoke


def check_a_stuck_button_is_told(bench: TwinStation) -> None:
    """It is wired to the strike: while it sticks, anybody can come in, and an opening says nothing."""
    bench.faults.plant("exit_stuck")
    bench.after(59)
    assert bench.cloud.of(FaultRaised) == []
    bench.after(2)
    assert [fact.fault for fact in bench.cloud.of(FaultRaised)] == [FaultCode.EXIT_STUCK]


def test_a_stuck_button_is_told_until_it_is_mended(bench: TwinStation) -> None:
    check_a_stuck_button_is_told(bench)
    assert leaves(bench)
    assert bench.screen.faults[0].fault is FaultCode.EXIT_STUCK
    bench.faults.clear("exit_stuck")
    bench.after(1)
    assert [fact.fault for fact in bench.cloud.of(FaultCleared)] == [FaultCode.EXIT_STUCK]


def test_a_hand_that_rests_on_the_button_is_no_fault(bench: TwinStation) -> None:
    bench.world.press_exit(50)
    bench.after(120)
    assert bench.cloud.of(FaultRaised) == []


@pytest.fixture
def guarded(build) -> TwinStation:
    """With smoke detector and lid contact."""
    bench: TwinStation = build(**DETECTORS)
    return bench


def check_an_open_box_is_told(bench: TwinStation) -> None:
    bench.faults.plant("control_box_open")
    bench.after(0.1)
    assert standing(bench) == [FaultCode.TAMPER]
    bench.faults.clear("control_box_open")
    bench.after(1)
    assert standing(bench) == []


def test_an_open_box_is_told(guarded: TwinStation) -> None:
    check_an_open_box_is_told(guarded)
    assert [fact.fault for fact in guarded.cloud.of(FaultRaised)] == [FaultCode.TAMPER]


def check_smoke_cuts_power_and_waits_for_a_person(bench: TwinStation) -> None:
    """Also when the detector has gone quiet, and after a restart."""
    bench.let_in(AN)
    bench.world.plug("1", "phone")
    bench.post(ChargeAsked("1"))
    bench.after(2)
    assert bench.world.truth().sockets["1"].energised
    bench.faults.plant("smoke")
    bench.after(0.1)
    assert not bench.world.truth().sockets["1"].energised
    assert bench.screen.announce is Announce.SMOKE
    bench.faults.clear("smoke")
    bench.after(60)
    bench.kill()
    bench.boot()
    assert FaultCode.SMOKE in {view.fault for view in bench.screen.faults}
    assert leaves(bench)


def test_smoke_cuts_power_and_waits_for_a_person(guarded: TwinStation) -> None:
    check_smoke_cuts_power_and_waits_for_a_person(guarded)


def test_smoke_that_is_still_there_cannot_be_released(guarded: TwinStation) -> None:
    guarded.faults.plant("smoke")
    guarded.after(1)
    station, now = guarded.assembly.station, guarded.clock.monotonic()
    released = station.core.faults.release(FaultCode.SMOKE, "", now)
    assert released
    station._finish(released, now)
    guarded.after(0.3)
    assert FaultCode.SMOKE in {view.fault for view in guarded.screen.faults}


def test_a_held_door_is_asked_for_aloud(bench: TwinStation) -> None:
    bench.world.press_exit()
    bench.world.hold_door()
    bench.after(29)
    assert bench.screen.announce is None
    bench.after(2)
    assert bench.screen.announce is Announce.CLOSE_DOOR
    bench.world.let_go()
    bench.after(4)
    assert bench.screen.announce is None
