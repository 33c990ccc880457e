"""Where the faces are in one frame. HOG, on as few pixels as will do: a face is looked for where it was a moment ago.

Measured on one x86-64 core, 640x480: 2.3 ms around the last box, 6.4 ms for the whole frame at half size (finds faces from
about 150 px), 23 ms at full size (from about 75 px). Models: the frontal detector that is compiled into dlib.
"""

from typing import Any

import cv2
import dlib
import numpy as np

from edge.faces.shapes import Box, Image

QUICK_WIDTH = 320
THOROUGH_WIDTH = 640
"""A camera with more pixels is looked at in this size, so that one look costs the same."""
NEAR_RATIO = 0.4
"""How far around the last box to look, in box widths: a walking person moves less between two frames."""
NEAR_FACE_PX = 104
"""The last face is scaled to this; HOG's window is 80 px, so one a fifth farther away is still found."""


class Detector:
    """HOG face detector; boxes in pixels of the frame given, largest first. Not for several threads."""

    def __init__(self) -> None:
        self._hog: Any = dlib.get_frontal_face_detector()

    def find(self, grey: Image, last: Box | None, thorough: bool) -> list[Box]:
        """Faces in a grey frame: near the `last` box, else the whole frame at half size.

        `thorough`: the whole frame in any case, for somebody may have joined; in full size if nobody is found.
        """
        found = self.near(grey, last) if last is not None and not thorough else []
        found = found or self._at_width(grey, QUICK_WIDTH)
        if not found and thorough:
            found = self.near(grey, last) if last is not None else []
            found = found or self._at_width(grey, THOROUGH_WIDTH)
        return found

    def near(self, grey: Image, last: Box) -> list[Box]:
        """Faces around a box, both in pixels of the frame; a large face is looked for in a smaller picture."""
        height, width = grey.shape[:2]
        area = last.grown(NEAR_RATIO, width, height)
        if area.area == 0:
            return []
        cut = grey[area.top : area.bottom, area.left : area.right]
        factor = max(1.0, last.width / NEAR_FACE_PX)
        return [box.moved(area.left, area.top) for box in self._shrunk(cut, factor)]

    def full(self, grey: Image) -> list[Box]:
        """Faces in the picture as it is."""
        boxes = [Box(found.left(), found.top(), found.right(), found.bottom()) for found in self._hog(grey, 0)]
        return sorted(boxes, key=lambda box: box.area, reverse=True)

    def _at_width(self, grey: Image, width: int) -> list[Box]:
        return self._shrunk(grey, max(1.0, grey.shape[1] / width))

    def _shrunk(self, grey: Image, factor: float) -> list[Box]:
        if factor == 1.0:
            return self.full(np.ascontiguousarray(grey))
        small = cv2.resize(grey, None, fx=1 / factor, fy=1 / factor, interpolation=cv2.INTER_AREA)
        return [box.scaled(factor) for box in self.full(np.asarray(small, np.uint8))]
