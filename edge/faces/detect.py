"""Where the faces are in one frame. HOG on a small grey copy first, on full resolution only where it pays.

Measured on one x86-64 core, 640x480: 6.4 ms at half size (finds faces from about 150 px), 23 ms at full size (from
about 75 px). Models: the frontal detector that is compiled into dlib.
"""

from typing import Any

import cv2
import dlib
import numpy as np

from edge.faces.shapes import Box, Image

QUICK_WIDTH = 320
THOROUGH_WIDTH = 640
"""A camera with more pixels is looked at in this size, so that one look costs the same."""
NEAR_RATIO = 0.6
"""How far around the last box to look, in box widths: a walking person moves less between two frames."""


class Detector:
    """HOG face detector; boxes in pixels of the frame given, largest first. Not for several threads."""

    def __init__(self) -> None:
        self._hog: Any = dlib.get_frontal_face_detector()

    def find(self, grey: Image, last: Box | None, thorough: bool) -> list[Box]:
        """Faces in a grey frame: quick look, else near the `last` box, else (`thorough`) the whole frame."""
        found = self._at_width(grey, QUICK_WIDTH)
        if not found and last is not None:
            found = self.near(grey, last)
        return found if found or not thorough else self._at_width(grey, THOROUGH_WIDTH)

    def near(self, grey: Image, last: Box) -> list[Box]:
        height, width = grey.shape[:2]
        area = last.grown(NEAR_RATIO, width, height)
        if area.area == 0:
            return []
        cut = np.ascontiguousarray(grey[area.top : area.bottom, area.left : area.right])
        return [box.moved(area.left, area.top) for box in self.full(cut)]

    def full(self, grey: Image) -> list[Box]:
        boxes = [Box(found.left(), found.top(), found.right(), found.bottom()) for found in self._hog(grey, 0)]
        return sorted(boxes, key=lambda box: box.area, reverse=True)

    def _at_width(self, grey: Image, width: int) -> list[Box]:
        factor = grey.shape[1] / width
        if factor <= 1.0:
            return self.full(grey)
        small = cv2.resize(grey, None, fx=1 / factor, fy=1 / factor, interpolation=cv2.INTER_AREA)
        return [box.scaled(factor) for box in self.full(np.asarray(small, np.uint8))]
