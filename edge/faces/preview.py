"""A JPEG of what the camera sees with the face's box drawn in (an overlay would drift). Only while somebody looks."""

import cv2
import numpy as np

from edge.faces.shapes import Box, Image

QUALITY = 70
EVERY_S = 1 / 8
MAX_BYTES = 150_000
AMBER, BLUE, GREEN = (0, 176, 255), (255, 144, 30), (96, 192, 64)
"""BGR: something to change; good, wait; compared. Never the only sign: the page writes the hint beside it."""


class PreviewMaker:
    """At most eight a second, for as long as they were asked for."""

    def __init__(self) -> None:
        self._until = float("-inf")
        self._made_at = float("-inf")

    def ask(self, until: float) -> None:
        """Somebody looks until then (monotonic s)."""
        self._until = max(self._until, until)

    def due(self, now: float) -> bool:
        return now < self._until and now - self._made_at >= EVERY_S

    def make(self, image: Image, box: Box | None, colour: tuple[int, int, int], now: float) -> bytes | None:
        """The JPEG, or None when it would be too large to send."""
        self._made_at = now
        drawn = image.copy()
        if box is not None:
            cv2.rectangle(drawn, (box.left, box.top), (box.right, box.bottom), colour, 3)
        made, jpeg = cv2.imencode(".jpg", drawn, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
        return np.asarray(jpeg, np.uint8).tobytes() if made and len(jpeg) <= MAX_BYTES else None
