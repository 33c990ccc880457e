"""A whole visit and a stranger, told by the world, the screen and the facts in the cloud."""

import pytest

from contract.facts import (
    ChargeEnded,
    ChargeStarted,
    EntryGranted,
    EntryRefused,
    Refusal,
    Stop,
    VisitEnd,
    VisitEnded,
    WaterPoured,
    WaterReserved,
    Way,
)
from edge.domain.messages import LeaveAsked
from edge.domain.room_messages import ChargeAsked, ChargeStopped, DrinkAsked
from edge.domain.screen import Notice, PartState
from tests.scenarios.people import AN, BO, enters_by_code, leaves, socket, tap
from twin.station import TwinStation

START = ["station_started", "clock_changed", "roster_applied"]
IN = ["entry_granted", "door_unlocked", "door_opened", "door_locked", "door_closed"]
OUT = ["exit_requested", "door_opened", "door_closed", "visit_ended"]


def drink_and_charge(bench: TwinStation) -> None:
    """300 ml, then a minute at socket 1."""
    bench.post(DrinkAsked("cold", 300))
    bench.after(13)
    bench.world.plug("1", "phone")
    bench.post(ChargeAsked("1"))
    bench.after(60)
    bench.post(ChargeStopped("1"))
    bench.after(0.1)


def test_a_visit_tells_its_facts_in_the_order_in_which_they_happened(bench: TwinStation) -> None:
    bench.let_in(AN)
    drink_and_charge(bench)
    bench.walk_out()
    inside = ["water_reserved", "water_poured", "charge_started", "charge_ended"]
    assert bench.cloud.kinds() == START + IN + inside + OUT
    assert [envelope.seq for envelope in bench.cloud.facts] == list(range(1, len(bench.cloud.facts) + 1))
    assert bench.cloud.repeated == 0
    assert bench.screen.waiting_facts == 0


def test_a_visit_is_one_thread_through_all_its_facts(bench: TwinStation) -> None:
    bench.let_in(AN)
    drink_and_charge(bench)
    bench.walk_out()
    granted, reserved = bench.cloud.of(EntryGranted)[0], bench.cloud.of(WaterReserved)[0]
    started, ended = bench.cloud.of(ChargeStarted)[0], bench.cloud.of(VisitEnded)[0]
    assert granted.visit == reserved.visit == started.visit == ended.visit
    assert {granted.person, reserved.person, started.person, ended.person} == {AN}
    assert bench.cloud.of(WaterPoured)[0].pour == reserved.pour
    assert bench.cloud.of(ChargeEnded)[0].charge == started.charge
    assert (granted.way, ended.reason) == (Way.FACE, VisitEnd.LEFT)


def test_the_visitor_gets_what_the_facts_say(bench: TwinStation) -> None:
    bench.let_in(AN)
    drink_and_charge(bench)
    poured, ended = bench.cloud.of(WaterPoured)[0], bench.cloud.of(ChargeEnded)[0]
    truth = bench.world.truth()
    assert abs(truth.taps["cold"].dispensed_ml - (poured.poured_ml or 0)) <= 0.02 * truth.taps["cold"].dispensed_ml
    assert poured.charged_ml == 300
    assert (poured.stop, ended.stop) == (Stop.REACHED, Stop.PERSON)
    assert ended.lasted_s == 60
    assert truth.sockets["1"].delivered_wh > 0.25


def test_the_decision_is_timed_from_the_first_frame(bench: TwinStation) -> None:
    bench.show_face(AN)
    assert bench.cloud.of(EntryGranted)[0].decided_ms == 200


def test_the_screen_greets_and_forgets(bench: TwinStation) -> None:
    assert bench.screen.visitor is None
    bench.show_face(AN)
    assert bench.screen.notice is Notice.COME_IN
    bench.world.pull_door(hold_s=1.0)
    bench.after(4)
    assert (bench.screen.visitor, tap(bench).state, socket(bench).state) == (AN, PartState.READY, PartState.READY)
    bench.walk_out()
    assert bench.screen.visitor is None
    bench.after(8)
    assert bench.screen.notice is Notice.WELCOME


def test_a_stranger_stays_outside_and_is_offered_the_code(bench: TwinStation) -> None:
    bench.show_face(None, 0.7, 0.8)
    bench.world.pull_door()
    bench.after(4)
    assert bench.world.truth().door.opened == 0
    assert bench.cloud.of(EntryRefused) == [EntryRefused(way=Way.FACE, reason=Refusal.UNKNOWN_FACE)]
    assert (bench.screen.notice, bench.screen.reason) == (Notice.REFUSED, Refusal.UNKNOWN_FACE)
    assert bench.screen.code


def test_who_did_not_come_in_has_no_visit(bench: TwinStation) -> None:
    bench.show_face(AN)
    bench.after(6)
    assert bench.cloud.of(VisitEnded)[0].reason is VisitEnd.NOT_ENTERED
    assert bench.cloud.kinds()[-1] == "visit_ended"
    assert bench.screen.visitor is None


def test_the_station_counts_who_is_inside(bench: TwinStation) -> None:
    bench.let_in(AN)
    bench.let_in(BO)
    assert bench.cloud.states[-1].inside == 2
    bench.walk_out()
    assert bench.cloud.of(VisitEnded)[0].reason is VisitEnd.PRESUMED_LEFT
    assert bench.cloud.states[-1].inside == 1
    bench.walk_out()
    assert bench.cloud.states[-1].inside == 0


def test_goodbye_at_the_screen_says_who_leaves(bench: TwinStation) -> None:
    bench.let_in(AN)
    bench.let_in(BO)
    bench.post(LeaveAsked())
    bench.after(0.1)
    assert (bench.screen.notice, bench.screen.visitor) == (Notice.GOODBYE, None)
    bench.walk_out()
    ended = bench.cloud.of(VisitEnded)[0]
    assert (ended.person, ended.reason) == (BO, VisitEnd.LEFT)


def test_nobody_is_inside_twice(bench: TwinStation) -> None:
    bench.let_in(AN)
    bench.let_in(AN)
    assert bench.cloud.of(VisitEnded)[0].reason is VisitEnd.CAME_AGAIN
    assert bench.cloud.states[-1].inside == 1


def test_a_full_house_refuses_and_lets_in_again_when_somebody_left(build) -> None:
    bench = build(access={"most_inside": 1})
    bench.let_in(AN)
    bench.show_face(BO)
    assert not bench.world.lock_released
    assert bench.screen.reason is Refusal.FULL
    assert leaves(bench)
    assert enters_by_code(bench, "1002", "1357")


@pytest.mark.slow
def test_a_forgotten_visit_ends_by_itself(build) -> None:
    bench = build(visit={"longest_s": 600})
    bench.let_in(AN)
    bench.after(600)
    assert bench.cloud.of(VisitEnded)[0].reason is VisitEnd.TIMED_OUT
    assert bench.cloud.states[-1].inside == 0


@pytest.mark.slow
def test_the_screen_warns_before_it_forgets_a_visitor(bench: TwinStation) -> None:
    bench.let_in(AN)
    bench.after(150)
    assert bench.screen.forgets_at is None
    bench.after(15)
    assert bench.screen.forgets_at is not None
    bench.after(20)
    assert bench.screen.visitor is None
    bench.post(DrinkAsked("cold", 200))
    bench.after(1)
    assert not bench.world.truth().taps["cold"].powered
