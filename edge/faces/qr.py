"""Text of a QR code held before the camera. The picture is hostile: whatever goes wrong reads as nothing.

OpenCV's other detector (QRCodeDetectorAruco) reads a little better and is not used: a sheet of 900 finder patterns kept it busy
for 8 s, this one for 0.1 s.
"""

import time
from typing import Any

import cv2
import numpy as np

from edge.domain.messages import QrRead
from edge.faces.shapes import Image

MAX_CHARS = 512
EVERY_S = 1 / 3
"""One look costs 5 ms at 640x480 when there is no code."""
SHARE_RATIO = 0.2
"""Longest share of the time spent on looking, whatever stands before the camera."""
SAME_AGAIN_S = 3.0
ENLARGED = 2.0
BORDER_RATIO = 0.15


class QrReader:
    """Looks three times a second; says the same text at most every 3 s."""

    def __init__(self) -> None:
        self._detector = cv2.QRCodeDetector()
        self._next_look = float("-inf")
        self._said: tuple[str, float] = ("", float("-inf"))

    def look(self, image: Image, now: float) -> QrRead | None:
        """What the (height, width, 3) BGR or grey image says, if it is time to look and it is news."""
        if now < self._next_look:
            return None
        began = time.thread_time()
        text = self._decoded(image)[:MAX_CHARS]
        self._next_look = now + max(EVERY_S, (time.thread_time() - began) / SHARE_RATIO)
        if not text or (text == self._said[0] and now - self._said[1] < SAME_AGAIN_S):
            return None
        self._said = (text, now)
        return QrRead(text)

    def _decoded(self, image: Image) -> str:
        """A code that is seen and not read is looked at again, enlarged: one of a quarter of the frame's height is read twice as often."""
        try:
            text, corners, _ = self._detector.detectAndDecode(image)
            if not text and corners is not None:
                text = self._detector.detectAndDecode(_enlarged(image, corners))[0]
            return str(text)
        except (cv2.error, UnicodeError, ValueError, OverflowError):
            return ""


def _enlarged(image: Image, corners: Any) -> Image:
    """The place of the code with some of what is around it. Corners come from the picture and may be anywhere."""
    places = np.nan_to_num(np.asarray(corners, np.float64).reshape(-1, 2), posinf=0, neginf=0)
    height, width = image.shape[:2]
    low, high = places.min(axis=0), places.max(axis=0)
    border = BORDER_RATIO * float((high - low).max())
    left, top = (int(max(0.0, edge - border)) for edge in low)
    right, bottom = (int(min(float(most), edge + border)) for edge, most in zip(high, (width, height), strict=True))
    place = image[top : max(bottom, top + 1), left : max(right, left + 1)]
    return np.asarray(cv2.resize(place, None, fx=ENLARGED, fy=ENLARGED, interpolation=cv2.INTER_CUBIC), np.uint8)
