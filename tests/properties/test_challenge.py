"""The challenge against anything that a camera may post: without the asked movements on one track, in time, nobody passes."""

from itertools import count, pairwise, repeat

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract.config import IdentityConfig
from edge.domain.challenge import SIDES, Challenge, Outcome, Turn, drawn
from edge.domain.sight import FacePosed
from twin.eyes import FRONT, SWINGS

CONFIG = IdentityConfig()
RATIO = st.floats(-1.5, 1.5, allow_nan=False)
TURNS = st.lists(st.sampled_from(Turn), min_size=1, max_size=3).map(tuple)
STEP_S = 0.1


def run(turns: tuple[Turn, ...], poses: list[tuple[int, float, float]], step_s: float = STEP_S) -> Challenge:
    made = Challenge(CONFIG, 7, turns, 100.0)
    for number, (track, yaw, pitch) in enumerate(poses):
        now = 100.0 + step_s * (number + 1)
        made.pose(FacePosed(track, yaw, pitch, now), now)
    return made


def obedient(turns: tuple[Turn, ...]) -> list[tuple[int, float, float]]:
    """What somebody does who follows."""
    front = [(7, *FRONT)] * 4
    return front + [(7, *SWINGS[turn.value](0.1 * frame)) for turn in turns for frame in range(12)] + front


@given(TURNS)
def test_who_follows_passes(turns: tuple[Turn, ...]) -> None:
    assert run(turns, obedient(turns)).outcome is Outcome.PASSED


@pytest.mark.slow
@given(TURNS, st.lists(st.tuples(RATIO, RATIO), max_size=80))
@settings(max_examples=300)
def test_no_sequence_without_the_asked_swing_passes(turns: tuple[Turn, ...], poses: list[tuple[float, float]]) -> None:
    """Measured from outside: whatever three frames were the baseline, the nose must have left them by the asked amount, each way asked."""
    made = run(turns, [(7, 0.5 * yaw, 0.77 + 0.3 * pitch) for yaw, pitch in poses])
    if made.outcome is Outcome.PASSED:
        yaws, pitches = [0.5 * yaw for yaw, _ in poses], [0.3 * pitch for _, pitch in poses]
        if Turn.LEFT in turns:
            assert max(yaws) - min(yaws) >= CONFIG.turn_ratio
        if Turn.RIGHT in turns:
            assert max(yaws) - min(yaws) >= CONFIG.turn_ratio
        if Turn.NOD in turns:
            assert max(pitches) - min(pitches) >= CONFIG.nod_ratio


@given(st.sampled_from(SIDES), st.lists(st.floats(-1, 1), max_size=80))
def test_a_picture_that_is_only_moved_about_never_passes(side: Turn, moves: list[float]) -> None:
    """As far to the sides as a bent print was seen to reach, and any nod."""
    poses = [(7, *FRONT)] * 3 + [(7, FRONT[0] + 0.22 * move, FRONT[1] + 0.3 * move) for move in moves]
    assert run((side,), poses).outcome is not Outcome.PASSED


@given(TURNS, st.integers(0, 11), st.integers(0, 6))
def test_frames_of_two_tracks_never_pass(turns: tuple[Turn, ...], at: int, other: int) -> None:
    poses = obedient(turns)
    poses[at] = (other, *poses[at][1:])
    assert run(turns, poses).outcome is Outcome.FAILED


@given(TURNS)
def test_a_gap_in_which_somebody_may_step_in_ends_it(turns: tuple[Turn, ...]) -> None:
    assert run(turns, obedient(turns), step_s=1.01).outcome is Outcome.FAILED


@given(TURNS, st.lists(st.tuples(RATIO, RATIO), min_size=1, max_size=40))
def test_it_ends_in_time_whatever_comes(turns: tuple[Turn, ...], poses: list[tuple[float, float]]) -> None:
    made = run(turns, [(7, *pose) for pose in poses], step_s=0.9)
    made.tick(100.0 + CONFIG.turn_s * (len(turns) + 1) + 1)
    assert made.outcome is not Outcome.GOING


@given(st.sampled_from([float("nan"), float("inf"), -1e300]), TURNS)
def test_what_is_no_number_ends_it(nonsense: float, turns: tuple[Turn, ...]) -> None:
    assert run(turns, [(7, nonsense, 0.77)]).outcome is Outcome.FAILED
    assert run(turns, [(7, 0.0, nonsense)]).outcome is Outcome.FAILED


@given(st.integers(1, 3), st.lists(st.integers(0, 2**16), min_size=5, max_size=5))
def test_each_draw_asks_for_a_side_and_for_nothing_twice_in_a_row(turns: int, numbers: list[int]) -> None:
    wanted = drawn(turns, iter(numbers))
    assert len(wanted) == turns
    assert set(wanted) & set(SIDES)
    assert all(one is not two for one, two in pairwise(wanted))


def test_all_movements_are_drawn() -> None:
    assert {drawn(1, repeat(number)) for number in range(2)} == {(Turn.LEFT,), (Turn.RIGHT,)}
    chance = count()
    assert {turn for _ in range(40) for turn in drawn(2, chance)} == set(Turn)
