"""A photograph whose head turns: each pixel is moved as if the face had depth, so that the five points move as in a real turn.

It stands for a living person in the demo and in tests. The very same trick, played into a camera's line or shown on a screen, is
an attack that a head-turn challenge can not stop: it is a video. Nothing in the station tells the two apart.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import cos, pi, radians, sin
from time import monotonic
from typing import Any

import cv2
import numpy as np

Image = np.ndarray[Any, np.dtype[np.uint8]]
Script = Callable[[float], tuple[float, float]]
"""s since the picture was shown -> degrees to the person's own left, and up; 50 is as far as it looks like a head."""

SKULL, NOSE = 0.45, 0.30
HEAD_WIDE, HEAD_HIGH = 0.8, 1.0
NOSE_WIDE, NOSE_HIGH, NOSE_DOWN = 0.25, 0.26, 0.12
"""Depths and sizes in widths of the detector's box, fitted by eye and by how far the detector's nose went."""
STEPS = 12


@dataclass(frozen=True)
class Place:
    """Middle and width of the face in a picture, px."""

    x: float
    y: float
    width: float


def face_in(picture: Image) -> Place:
    """Where the largest face is.

    Raises:
        ValueError: no face found.
    """
    import dlib  # 0.3 s: only where a head shall turn

    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    found = dlib.get_frontal_face_detector()(grey, 0) or dlib.get_frontal_face_detector()(grey, 1)
    if not found:
        raise ValueError("no face found, so no head can turn")
    face = max(found, key=lambda each: each.width())
    return Place((face.left() + face.right()) / 2, (face.top() + face.bottom()) / 2, float(face.width()))


class Relief:
    """One picture with a depth for each pixel."""

    def __init__(self, picture: Image) -> None:
        self._picture, place = picture, face_in(picture)
        rows, columns = picture.shape[:2]
        y, x = np.mgrid[0:rows, 0:columns].astype(np.float32)
        u, v = (x - place.x) / place.width, (y - place.y) / place.width
        inside = 1 - (u / HEAD_WIDE) ** 2 - (v / HEAD_HIGH) ** 2
        nose = np.exp(-((u / NOSE_WIDE) ** 2) - ((v - NOSE_DOWN) / NOSE_HIGH) ** 2)
        self._depth = ((SKULL * np.sqrt(np.clip(inside, 0, 1)) + NOSE * nose) * place.width).astype(np.float32)
        self._head = np.clip(3 * inside, 0, 1).astype(np.float32)
        self._x, self._y, self._place = x, y, place

    def turned(self, left_deg: float, up_deg: float) -> Image:
        """The picture with the head turned; what was hidden is stretched."""
        left, up = radians(left_deg), -radians(up_deg)
        x, y = self._x.copy(), self._y.copy()
        for _ in range(STEPS):  # the map goes from source to place; its inverse is found by walking
            depth = cv2.remap(self._depth, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
            head = cv2.remap(self._head, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
            right = depth * sin(left) + head * (x - self._place.x) * (cos(left) - 1)
            down = depth * sin(up) + head * (y - self._place.y) * (cos(up) - 1)
            x, y = (x + self._x - right) / 2, (y + self._y - down) / 2
        return np.asarray(cv2.remap(self._picture, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.uint8)


class Head:
    """A script that somebody moves while it is shown: eases to where it was told, in real time."""

    TOWARDS = {"left": (52.0, 0.0), "right": (-52.0, 0.0), "nod": (0.0, 24.0), "front": (0.0, 0.0)}
    EASE_S, SEARCH_S, LEAST = 1.0, 2.4, 0.55
    """Out in a second; then to and fro between a little more than half and the whole, as people do who wait for a sign."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._from = self._to = (0.0, 0.0)
        self._since = clock()

    def look(self, where: str) -> None:
        """Begin to move to "left", "right", "nod" (chin up) or "front"."""
        self._from, self._to, self._since = self(0.0), self.TOWARDS[where], self._clock()

    def follow(self, where: str) -> None:
        """Begin to look there unless it does so already."""
        if self._to != self.TOWARDS[where]:
            self.look(where)

    def __call__(self, _: float) -> tuple[float, float]:
        seconds = self._clock() - self._since
        part = seconds / self.EASE_S
        if part > 1:
            part = 1 - (1 - self.LEAST) * abs(sin(pi * (seconds - self.EASE_S) / self.SEARCH_S)) if any(self._to) else 1.0
        (a, b), (c, d) = self._from, self._to
        return a + (c - a) * part, b + (d - b) * part
