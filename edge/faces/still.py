"""Whether a picture lives: a sensor never gives the same pixels twice, a file that is played into the line does. Pure.

Says nothing about a print or a screen before a real camera: their pictures have the sensor's noise as well.
"""

from collections import deque
from zlib import crc32

import numpy as np

from edge.faces.shapes import Box, Image

FROZEN_S = 1.0
"""A camera may send a picture twice, or three times in the dark; for a second on end it does not."""
MEMORY = 450
"""Pictures remembered: half a minute at 15 a second, so that a short film that is played in a loop is known again."""
STRIDE = 4


class Stillness:
    """Remembers sums of whole pictures, and of the place where the face of the present track was first seen."""

    def __init__(self) -> None:
        self._whole, self._face = _Known(), _Known()
        self._track, self._place = -1, Box(0, 0, 0, 0)
        self._new_at = float("-inf")

    def frozen(self, image: Image, box: Box, track: int, now: float) -> bool:
        """True once no new picture came for a second; a clock that is drawn in does not make the face new."""
        if track != self._track:
            height, width = image.shape[:2]
            self._track, self._place, self._face = track, box.grown(0.0, width, height), _Known()
        place = image[self._place.top : self._place.bottom, self._place.left : self._place.right]
        new_whole, new_face = self._whole.new(image[::STRIDE, ::STRIDE]), self._face.new(place[::2, ::2])
        if new_whole and new_face:
            self._new_at = now
        return now - self._new_at > FROZEN_S


class _Known:
    """The newest MEMORY sums."""

    def __init__(self) -> None:
        self._order: deque[int] = deque()
        self._sums: set[int] = set()

    def new(self, image: Image) -> bool:
        """Whether it was not there before; now it was."""
        total = crc32(np.ascontiguousarray(image).tobytes())
        if total in self._sums:
            return False
        self._sums.add(total)
        self._order.append(total)
        if len(self._order) > MEMORY:
            self._sums.discard(self._order.popleft())
        return True
