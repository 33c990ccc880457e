"""Whether a face in a frame is worth comparing, and what the visitor can do when it is not. Pure.

A bad frame in the mean costs more than a frame waited for, so only good ones are embedded.
"""

from dataclasses import dataclass
from math import atan2, degrees, hypot

import cv2
import numpy as np

from edge.domain.sight import FaceHint
from edge.faces.shapes import Aligned, Box, Image, Points


@dataclass(frozen=True)
class Thresholds:
    """Measured with dlib's weights on 712 portraits of Labeled Faces in the Wild (deep-funnelled, enlarged to 500 px).

    The median distance of one frame to the mean of three others of the same person was 0.237 undisturbed.
    """

    min_face_px: int = 80
    """HOG's own window; down to 87 px the distance did not rise (0.237)."""
    min_sharpness: float = 9.0
    """Variance of the Laplacian on the grey chip: 1 % of the portraits lie below 14; Gaussian blur of 4 px gives 7 and
    distance 0.290, motion blur of 21 px gives 13 and 0.294, blur of 2 px gives 18 and 0.249."""
    min_brightness: float = 40.0
    """Mean of the chip's middle, 0..255: portraits span 59 to 193; at 43 the distance is 0.255, at 30 0.261, and at 22
    the detector begins to miss."""
    max_brightness: float = 210.0
    """At 181 0.246, at 221 0.312: washed out."""
    max_yaw_ratio: float = 0.30
    """Nose offset over eye distance: 99 % of the portraits lie below 0.29; above 0.30 the mean distance between single
    pictures of one person goes from 0.30 to 0.34 and more."""
    min_pitch_ratio: float = 0.45
    max_pitch_ratio: float = 1.05
    """Nose below the eyes over eye distance: 0.52 to 1.01 holds 98 %; outside the mean distance goes to 0.34."""
    max_roll_deg: float = 20.0
    """Alignment turns the chip upright; HOG itself finds nothing much beyond."""
    crowd_ratio: float = 0.6
    """Judged, not measured: a second face this wide against the first stands beside, not behind."""


@dataclass(frozen=True)
class Pose:
    """From the five points: `yaw_ratio` and `pitch_ratio` in eye distances, `roll_deg` of the line between the eyes."""

    yaw_ratio: float
    pitch_ratio: float
    roll_deg: float


def pose(points: Points) -> Pose:
    """How the head is turned; frontal is about 0, 0.77, 0."""
    (ax, ay), (bx, by) = _middle(points[0], points[1]), _middle(points[2], points[3])
    eyes = hypot(ax - bx, ay - by) or 1.0
    along, down = ((ax - bx) / eyes, (ay - by) / eyes), (-(ay - by) / eyes, (ax - bx) / eyes)
    nose = (points[4][0] - (ax + bx) / 2, points[4][1] - (ay + by) / 2)
    return Pose(
        (nose[0] * along[0] + nose[1] * along[1]) / eyes,
        (nose[0] * down[0] + nose[1] * down[1]) / eyes,
        degrees(atan2(ay - by, ax - bx)),
    )


def crowded(boxes: list[Box], limits: Thresholds) -> bool:
    """Whether a second face is about as near as the first; boxes largest first."""
    return len(boxes) > 1 and boxes[1].width >= limits.crowd_ratio * boxes[0].width


def judge(box: Box, face: Aligned, limits: Thresholds) -> FaceHint:
    """NONE for a frame worth embedding, else the first thing to change about it."""
    if box.width < limits.min_face_px:
        return FaceHint.CLOSER
    grey = np.asarray(cv2.cvtColor(face.chip, cv2.COLOR_RGB2GRAY), np.uint8)
    brightness = float(_middle_of(grey).mean())
    if brightness < limits.min_brightness:
        return FaceHint.TOO_DARK
    if brightness > limits.max_brightness or not _frontal(pose(face.points), limits):
        return FaceHint.LOOK_HERE
    return FaceHint.NONE if sharpness(grey) >= limits.min_sharpness else FaceHint.HOLD_STILL


def sharpness(grey: Image) -> float:
    """Variance of the Laplacian of a grey chip."""
    return float(cv2.Laplacian(grey, cv2.CV_64F).var())


def _frontal(found: Pose, limits: Thresholds) -> bool:
    return (
        abs(found.yaw_ratio) <= limits.max_yaw_ratio
        and limits.min_pitch_ratio <= found.pitch_ratio <= limits.max_pitch_ratio
        and abs(found.roll_deg) <= limits.max_roll_deg
    )


def _middle_of(chip: Image) -> Image:
    high, wide = chip.shape[:2]
    return chip[high // 5 : high - high // 8, wide // 5 : wide - wide // 5]


def _middle(a: tuple[float, float], b: tuple[float, float]) -> tuple[float, float]:
    return (a[0] + b[0]) / 2, (a[1] + b[1]) / 2
