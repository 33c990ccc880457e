"""Text of a QR code held before the camera. The picture is hostile: whatever goes wrong reads as nothing."""

import cv2

from edge.domain.messages import QrRead
from edge.faces.shapes import Image

MAX_CHARS = 512
EVERY_S = 1 / 3
"""One look costs 6 ms at 640x480."""
SAME_AGAIN_S = 3.0


class QrReader:
    """Looks three times a second; says the same text at most every 3 s."""

    def __init__(self) -> None:
        self._detector = cv2.QRCodeDetector()
        self._looked_at = float("-inf")
        self._said: tuple[str, float] = ("", float("-inf"))

    def look(self, image: Image, now: float) -> QrRead | None:
        """What the (height, width, 3) BGR or grey image says, if it is time to look and it is news."""
        if now - self._looked_at < EVERY_S:
            return None
        self._looked_at = now
        text = self._decoded(image)[:MAX_CHARS]
        if not text or (text == self._said[0] and now - self._said[1] < SAME_AGAIN_S):
            return None
        self._said = (text, now)
        return QrRead(text)

    def _decoded(self, image: Image) -> str:
        try:
            return str(self._detector.detectAndDecode(image)[0])
        except (cv2.error, UnicodeError, ValueError):
            return ""
