"""One person over several frames: what keeps a track and what ends it."""

import numpy as np
import pytest

from edge.faces.shapes import Box, Vector, unit
from edge.faces.track import Tracker

HERE = Box(100, 100, 300, 300)


def direction(*at: float) -> Vector:
    vector = np.zeros(128, np.float32)
    vector[: len(at)] = at
    return unit(vector)


def test_a_face_that_moves_a_little_keeps_its_track():
    tracker = Tracker(3)
    first = tracker.see(HERE, 0.0)
    assert tracker.see(HERE.moved(60, 10), 0.2) is first


@pytest.mark.parametrize(("box", "now"), [(HERE.moved(190, 0), 0.1), (HERE, 1.1)])
def test_a_jump_or_a_gap_begins_a_new_track(box: Box, now: float):
    tracker = Tracker(3)
    first = tracker.see(HERE, 0.0)
    assert tracker.see(box, now).number == first.number + 1


def test_a_face_that_looks_different_is_not_mixed_in():
    track = Tracker(3).see(HERE, 0.0)
    assert track.add(direction(1.0), 0.0)
    assert not track.add(direction(0.8, 0.6), 0.1)
    assert track.add(direction(1.0, 0.1), 0.2)
    assert len(track.vectors) == 2


def test_mean_is_of_the_newest_frames_and_of_unit_length():
    track = Tracker(2).see(HERE, 0.0)
    for at, vector in enumerate([direction(1.0), direction(1.0, 0.2), direction(1.0, 0.4)]):
        assert track.add(vector, at / 10)
    assert track.full
    assert track.first_used_at == 0.1
    assert np.linalg.norm(track.mean()) == pytest.approx(1.0, abs=1e-6)
    assert track.mean()[1] == pytest.approx(0.285, abs=0.01)


def test_frames_older_than_three_seconds_are_left_out():
    track = Tracker(3).see(HERE, 0.0)
    track.add(direction(1.0), 0.0)
    track.add(direction(1.0), 3.5)
    assert track.first_used_at == 3.5


def test_an_empty_frame_keeps_the_track_for_one_second():
    tracker = Tracker(3)
    first = tracker.see(HERE, 0.0)
    assert tracker.miss(0.9) is first
    assert tracker.miss(1.1) is None


def test_boxes_that_only_touch_share_nothing():
    assert HERE.overlap_ratio(HERE.moved(200, 0)) == 0.0
    assert HERE.overlap_ratio(HERE) == 1.0
    assert Box(0, 0, 0, 0).overlap_ratio(Box(0, 0, 0, 0)) == 0.0
