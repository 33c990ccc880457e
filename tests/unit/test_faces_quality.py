"""Which frame is worth comparing, and the hint otherwise; on drawn chips, without any face."""

import cv2
import numpy as np
import pytest

from edge.domain.sight import FaceHint
from edge.faces.quality import Thresholds, crowded, judge, pose
from edge.faces.shapes import Aligned, Box, Image, Points

LIMITS = Thresholds()
FRONTAL: Points = ((130.0, 100.0), (110.0, 100.0), (70.0, 100.0), (90.0, 100.0), (100.0, 130.8))
NEAR = Box(0, 0, 160, 160)


def chip(brightness: int = 128, blur: float = 0.0, contrast: int = 40) -> Image:
    noise = np.random.default_rng(1).integers(-contrast, contrast + 1, (150, 150, 3)) + brightness
    image = np.clip(noise, 0, 255).astype(np.uint8)
    return np.asarray(cv2.GaussianBlur(image, (0, 0), blur), np.uint8) if blur else image


def turned(points: Points, right: float = 0.0, down: float = 0.0, degrees: float = 0.0) -> Points:
    moved = np.array(points)
    moved[4] += (right, down)
    angle = np.radians(degrees)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return tuple((float(x), float(y)) for x, y in moved @ turn.T)


def test_a_near_bright_sharp_frontal_face_is_good():
    assert judge(NEAR, Aligned(FRONTAL, chip()), LIMITS) is FaceHint.NONE


@pytest.mark.parametrize(
    ("box", "picture", "hint"),
    [
        (Box(0, 0, 79, 79), chip(), FaceHint.CLOSER),
        (NEAR, chip(brightness=30, contrast=20), FaceHint.TOO_DARK),
        (NEAR, chip(brightness=235), FaceHint.LOOK_HERE),
        (NEAR, chip(blur=8.0), FaceHint.HOLD_STILL),
    ],
)
def test_what_is_wrong_becomes_a_hint(box: Box, picture: Image, hint: FaceHint):
    assert judge(box, Aligned(FRONTAL, picture), LIMITS) is hint


@pytest.mark.parametrize(
    "move", [{"right": 16.0}, {"right": -16.0}, {"down": -18.0}, {"down": 18.0}, {"degrees": 25.0}]
)
def test_a_turned_head_is_asked_to_look_here(move: dict[str, float]):
    assert judge(NEAR, Aligned(turned(FRONTAL, **move), chip()), LIMITS) is FaceHint.LOOK_HERE


@pytest.mark.parametrize("degrees", [-40.0, 0.0, 40.0])
def test_rolling_the_head_does_not_count_as_turning_it(degrees: float):
    found = pose(turned(FRONTAL, right=4.0, degrees=degrees))
    assert found.yaw_ratio == pytest.approx(0.1, abs=1e-6)
    assert found.pitch_ratio == pytest.approx(0.77, abs=1e-6)
    assert found.roll_deg == pytest.approx(degrees)


def test_points_on_one_spot_divide_by_nothing():
    assert judge(NEAR, Aligned(((5.0, 5.0),) * 5, chip()), LIMITS) is FaceHint.LOOK_HERE


def test_a_second_face_counts_when_it_is_about_as_near():
    assert crowded([NEAR, Box(300, 0, 396, 96)], LIMITS)
    assert not crowded([NEAR, Box(300, 0, 390, 90)], LIMITS)
    assert not crowded([NEAR], LIMITS)
