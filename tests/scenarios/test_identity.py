"""Whose face it is: sure, or not sure and offered the code. A door never opens on a guess."""

import pytest

from contract.facts import EntryGranted, EntryRefused, Refusal
from edge.domain.identity import limit
from edge.domain.screen import Notice
from edge.domain.sight import FaceCompared
from tests.scenarios.people import AN, enters_by_code, people
from twin.station import TwinStation, roster

NEAR, FAR = 0.15, 0.6


@pytest.fixture
def bench(build) -> TwinStation:
    """Without sockets: their currents, read twice a second, would only cost time here."""
    bench: TwinStation = build(sockets=[])
    return bench


def check_nobody_is_let_in_on_a_guess(bench: TwinStation) -> None:
    """Too far for certain, too near to a second person, or seen in too few frames."""
    longest = limit(bench.config.identity, 20)
    for distance, second, frames in ((longest + 0.01, FAR, 3), (NEAR, NEAR + 0.07, 3), (NEAR, NEAR, 3), (NEAR, FAR, 2)):
        bench.show_face(AN, distance, second, frames)
        assert not bench.world.lock_released, f"let in at {distance}, {second}, {frames}"


def test_nobody_is_let_in_on_a_guess(bench: TwinStation) -> None:
    check_nobody_is_let_in_on_a_guess(bench)
    assert {fact.reason for fact in bench.cloud.of(EntryRefused)} == {Refusal.NOT_SURE}


def test_not_sure_is_said_and_the_code_offered(bench: TwinStation) -> None:
    bench.show_face(AN, distance=0.35)
    assert (bench.screen.notice, bench.screen.reason) == (Notice.REFUSED, Refusal.NOT_SURE)
    assert bench.screen.code
    assert enters_by_code(bench)


@pytest.mark.parametrize(("second", "opens"), [(NEAR + 0.081, True), (NEAR + 0.079, False)])
def test_two_who_look_alike_are_told_apart_by_the_margin(bench: TwinStation, second: float, opens: bool) -> None:
    bench.show_face(AN, NEAR, second)
    assert bench.world.lock_released is opens


def test_the_same_likeness_is_enough_among_few_and_not_among_many(bench: TwinStation) -> None:
    bench.show_face(AN, 0.30, FAR, gallery=1000)
    assert not bench.world.lock_released
    bench.show_face(AN, 0.30, FAR, gallery=5)
    assert bench.world.lock_released


def test_nobody_enrolled_is_nobody_let_in(bench: TwinStation) -> None:
    bench.show_face(None, float("inf"), float("inf"), gallery=0)
    assert not bench.world.lock_released
    assert bench.screen.reason is Refusal.UNKNOWN_FACE


def test_a_gallery_of_one_has_no_second(bench: TwinStation) -> None:
    bench.show_face(AN, NEAR, float("inf"), gallery=1)
    assert bench.world.lock_released


def check_a_face_without_a_right_stays_outside(bench: TwinStation) -> None:
    """Still in the gallery, no longer in the roster."""
    bench.cloud.push_roster(roster(people()[1], version=2))
    bench.after(0.1)
    bench.show_face(AN)
    assert not bench.world.lock_released


def test_who_is_no_longer_in_the_roster_has_no_right(bench: TwinStation) -> None:
    check_a_face_without_a_right_stays_outside(bench)
    assert bench.screen.reason is Refusal.NO_RIGHT
    assert bench.cloud.of(EntryRefused)[0].reason is Refusal.NO_RIGHT


def test_who_keeps_standing_there_is_not_refused_again_and_again(bench: TwinStation) -> None:
    for _ in range(20):
        bench.post(FaceCompared(77, 3, None, 0.7, 0.8, 20, bench.clock.monotonic()))
        bench.after(0.3)
    assert len(bench.cloud.of(EntryRefused)) == 1
    bench.after(3)
    bench.post(FaceCompared(77, 3, None, 0.7, 0.8, 20, bench.clock.monotonic()))
    bench.after(0.1)
    assert len(bench.cloud.of(EntryRefused)) == 2


@pytest.mark.parametrize(("distance", "reason"), [(0.33, Refusal.NOT_SURE), (0.7, Refusal.UNKNOWN_FACE)])
def test_who_comes_closer_after_a_refusal_is_let_in_at_once(bench: TwinStation, distance: float, reason: Refusal) -> None:
    """The same tracked face, half a second later and clear now: only refusals wait."""
    bench.post(FaceCompared(77, 3, AN if distance < 0.4 else None, distance, 0.8, 20, bench.clock.monotonic()))
    bench.after(0.5)
    assert bench.screen.reason is reason
    bench.post(FaceCompared(77, 3, AN, NEAR, FAR, 20, bench.clock.monotonic()))
    bench.after(0.1)
    assert bench.world.lock_released


def test_who_is_known_and_has_no_right_is_told_once(bench: TwinStation) -> None:
    bench.cloud.push_roster(roster(people()[1], version=2))
    bench.after(0.1)
    for _ in range(20):
        bench.post(FaceCompared(77, 3, AN, NEAR, FAR, 20, bench.clock.monotonic()))
        bench.after(0.3)
    assert [fact.reason for fact in bench.cloud.of(EntryRefused)] == [Refusal.NO_RIGHT]


def test_the_next_in_line_is_answered_at_once(bench: TwinStation) -> None:
    bench.show_face(None, 0.7, 0.8)
    bench.show_face(AN)
    assert bench.world.lock_released


@pytest.mark.parametrize("seen_at", [float("nan"), float("inf"), float("-inf"), 1e12, -1e12])
def test_a_face_process_with_a_wrong_clock_does_not_stop_the_station(bench: TwinStation, seen_at: float) -> None:
    bench.post(FaceCompared(1, 3, AN, NEAR, FAR, 20, seen_at))
    bench.after(0.1)
    assert 0 <= bench.cloud.of(EntryGranted)[0].decided_ms <= 1e9


@pytest.mark.parametrize("distance", [float("nan"), -1.0, float("inf")])
def test_nonsense_distances_open_only_when_they_are_near(bench: TwinStation, distance: float) -> None:
    bench.show_face(AN, distance, float("nan"))
    assert not bench.world.lock_released
