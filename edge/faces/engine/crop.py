"""A face turned and scaled so that its five points lie on a template. Pure arithmetic and one call of OpenCV."""

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.faces.shapes import Image, Points


def similarity(points: Points, template: Points) -> NDArray[np.float64]:
    """The (2, 3) matrix of the shift, turn and scale that brings `points` nearest to `template` (least squares).

    As complex numbers w = a z + b has the closed solution used here (Umeyama, PAMI 1991, without mirroring).

    Raises:
        ValueError: all points are one.
    """
    z, w = (np.array([complex(*point) for point in each]) for each in (points, template))
    apart = z - z.mean()
    spread = float((abs(apart) ** 2).sum())
    if spread < 1e-9:
        raise ValueError("five points in one place")
    a = (apart.conj() * (w - w.mean())).sum() / spread
    b = w.mean() - a * z.mean()
    return np.array([[a.real, -a.imag, b.real], [a.imag, a.real, b.imag]])


def crop(frame: Image, points: Points, template: Points, width: int, height: int) -> Image:
    """The aligned face, (height, width, 3), in the colour order of the frame."""
    matrix = similarity(points, template)
    return np.asarray(cv2.warpAffine(frame, matrix, (width, height), flags=cv2.INTER_LINEAR), np.uint8)
