"""When the pipeline compares, hints and keeps quiet. No real face here: what matters is the order of events."""

from itertools import pairwise
from math import inf

import numpy as np
import pytest

from edge.domain.sight import AskPose, FaceCompared, FaceHint, FaceHinted, LivenessJudged
from edge.faces.gallery import Gallery
from edge.faces.pipeline import Pipeline
from edge.faces.quality import Thresholds
from edge.faces.shapes import Aligned, Box, Image, Vector, unit
from tests.unit.test_faces_quality import FRONTAL, chip

FRAME = np.zeros((480, 640, 3), np.uint8)
FACE = Box(200, 100, 400, 300)


class Scene:
    """What the camera would show: the boxes that are found, the chip, and whom the chip shows."""

    def __init__(self, gallery: dict[str, Vector] | None = None) -> None:
        self.boxes: list[Box] = [FACE]
        self.chip = chip()
        self.shown = person(0)
        self.embedded = 0
        self.thorough: list[bool] = []
        self.looked_at: list[tuple[int, float]] = []
        self.pipeline = Pipeline(self._find, self._align, self._embed, 3, Thresholds(), alive=self._alive)
        self.pipeline.use(Gallery.of(gallery or {"p0": person(0), "p1": person(1)}))

    def frames(self, start: float, end: float) -> list[FaceCompared | FaceHinted]:
        times = [start + index * 0.125 for index in range(round((end - start) / 0.125))]
        return [event for now in times for event in self.pipeline.step(FRAME, now)]

    def _find(self, grey: Image, last: Box | None, thorough: bool) -> list[Box]:
        assert grey.shape == (480, 640)
        self.thorough.append(thorough)
        return self.boxes

    def _align(self, frame: Image, box: Box) -> Aligned:
        return Aligned(FRONTAL, self.chip)

    def _alive(self, frame: Image, box: Box, track: int, now: float) -> list[LivenessJudged]:
        assert (frame.shape, box) == ((480, 640, 3), self.boxes[0])
        self.looked_at.append((track, now))
        return [LivenessJudged("passive", track, 0.5, now)] if len(self.looked_at) >= 3 else []

    def _embed(self, picture: Image) -> Vector:
        self.embedded += 1
        return self.shown


def person(number: int) -> Vector:
    vector = np.zeros(128, np.float32)
    vector[number] = 1.0
    return unit(vector)


def compared(events: list[FaceCompared | FaceHinted]) -> list[FaceCompared]:
    return [event for event in events if isinstance(event, FaceCompared)]


def test_three_good_frames_make_one_comparison():
    assert compared(Scene().frames(0.0, 1.0)) == [FaceCompared(1, 3, "p0", 0.0, pytest.approx(2**0.5), 2, 0.0, "p1")]


def test_what_the_liveness_model_says_of_a_face_comes_before_its_comparison():
    scene = Scene()
    events = [event for event in scene.frames(0.0, 0.5) if isinstance(event, LivenessJudged | FaceCompared)]
    assert [type(event) for event in events] == [LivenessJudged, FaceCompared]
    assert scene.looked_at == [(1, 0.0), (1, 0.125), (1, 0.25)]


def test_the_liveness_model_is_shown_good_frames_only_and_no_head_that_turns():
    scene = Scene()
    scene.chip = chip(brightness=20, contrast=10)
    scene.frames(0.0, 1.0)
    scene.chip = chip()
    scene.pipeline.order(AskPose(1, True))
    scene.frames(1.0, 2.0)
    assert scene.looked_at == []
    scene.pipeline.order(AskPose(1, False))
    scene.frames(2.0, 2.25)
    assert [track for track, _ in scene.looked_at] == [1, 1]


def test_two_good_frames_make_none():
    assert compared(Scene().frames(0.0, 0.25)) == []


def test_a_face_that_stays_is_compared_again_now_and_then():
    events = compared(Scene().frames(0.0, 5.0))
    assert [event.track for event in events] == [1, 1, 1, 1]
    assert all(later.seen_at - earlier.seen_at >= 0.7 for earlier, later in pairwise(events))


def test_a_face_that_was_compared_costs_two_embeddings_a_second():
    scene = Scene()
    scene.frames(0.0, 1.0)
    before = scene.embedded
    scene.frames(1.0, 5.0)
    assert scene.embedded - before <= 8


def test_another_person_in_the_same_place_is_never_mixed_in():
    scene = Scene()
    scene.frames(0.0, 0.25)
    scene.shown = person(1)
    (first,) = compared(scene.frames(0.25, 1.0))
    assert (first.track, first.best, first.best_distance) == (2, "p1", 0.0)
    assert first.seen_at == 0.25


def test_a_bad_frame_is_not_embedded_and_hints_once():
    scene = Scene()
    scene.chip = chip(brightness=20, contrast=10)
    assert scene.frames(0.0, 2.0) == [FaceHinted(FaceHint.TOO_DARK)]
    assert scene.embedded == 0
    scene.chip = chip()
    assert scene.frames(2.0, 2.1) == [FaceHinted(FaceHint.NONE)]


def test_two_faces_side_by_side_are_asked_to_come_one_at_a_time():
    scene = Scene()
    scene.boxes = [FACE, FACE.moved(210, 0)]
    assert scene.frames(0.0, 2.0) == [FaceHinted(FaceHint.ONE_AT_A_TIME)]
    assert scene.embedded == 0


def test_a_hint_goes_when_the_face_goes():
    scene = Scene()
    scene.boxes = [Box(0, 0, 60, 60)]
    assert scene.frames(0.0, 1.0) == [FaceHinted(FaceHint.CLOSER)]
    scene.boxes = []
    assert scene.frames(1.0, 3.0) == [FaceHinted(FaceHint.NONE)]


def test_a_hint_of_one_frame_is_not_said():
    scene = Scene()
    scene.frames(0.0, 1.0)
    scene.boxes = [FACE, FACE.moved(210, 0)]
    assert scene.frames(1.0, 1.125) == []


def test_nobody_there_costs_two_thorough_looks_a_second():
    scene = Scene()
    scene.boxes = []
    assert scene.frames(0.0, 2.0) == []
    assert sum(scene.thorough) == 4


def test_an_empty_gallery_is_said_to_be_empty():
    scene = Scene()
    scene.pipeline.use(Gallery.of({}))
    (event,) = compared(scene.frames(0.0, 1.0))
    assert (event.best, event.best_distance, event.second_distance, event.gallery) == (None, inf, inf, 0)
