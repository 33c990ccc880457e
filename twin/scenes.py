"""What a simulated camera may look at: an empty wall, a person, a code on a telephone, given pictures.

A scene gives frame number n as a (height, width, 3) uint8 array in BGR order. The same seed and n give the same frame;
neighbouring frames differ, as those of a living person and a cheap sensor do.
"""

from collections.abc import Sequence
from math import sin
from random import Random
from typing import Protocol

import cv2
import numpy as np

from twin.turning import Image, Relief, Script

SHIFT_PX = 6.0
TURN_DEG = 1.2
SCALE_RATIO = 0.015
QUIET_MODULES = 4  # white border of a code, as the standard asks
CODE_SHARE = 0.75  # of the height of the frame


class Scene(Protocol):
    """Anything a camera may look at."""

    def frame(self, number: int) -> Image:
        """Return frame `number`."""
        ...


class Wall:
    """An empty, evenly lit wall: brighter at the top, with nothing a face detector could take for a face."""

    def __init__(self, width: int, height: int) -> None:
        rows = np.linspace(205, 150, height, dtype=np.float32)[:, None, None]
        tint = np.array([0.96, 1.0, 1.02], dtype=np.float32)
        self.image: Image = np.clip(np.broadcast_to(rows * tint, (height, width, 3)), 0, 255).astype(np.uint8)

    def frame(self, number: int) -> Image:
        """Return the wall with the noise of a sensor, one count up or down for the whole picture."""
        return self.image + np.uint8(number % 2)


class InFront:
    """A picture in front of the wall that moves a little from frame to frame."""

    def __init__(self, picture: Image, wall: Wall, share: float, seed: int) -> None:
        """`share`: of the height of the frame that the picture takes, unless it would be too wide."""
        height, width = wall.image.shape[:2]
        self._scale = min(share * height / picture.shape[0], share * width / picture.shape[1])
        self._picture = cv2.resize(picture, None, fx=self._scale, fy=self._scale, interpolation=cv2.INTER_AREA)
        self._wall = wall
        self._seed = seed

    def frame(self, number: int) -> Image:
        """Return the scene with the picture shifted, turned and scaled by this frame's amount."""
        random = Random(self._seed * 1_000_003 + number)
        sway = sin(number / 9 + self._seed)
        rows, columns = self._picture.shape[:2]
        height, width = self._wall.image.shape[:2]
        turn = TURN_DEG * sway + random.gauss(0, 0.1)
        scale = 1 + SCALE_RATIO * sin(number / 13 + self._seed) + random.gauss(0, 0.001)
        move = cv2.getRotationMatrix2D((columns / 2, rows / 2), turn, scale)
        move[0, 2] += (width - columns) / 2 + SHIFT_PX * sway + random.gauss(0, 0.4)
        move[1, 2] += height - rows + SHIFT_PX * (1 + sin(number / 7)) / 2 + random.gauss(0, 0.4)
        frame = self._wall.frame(number).copy()
        cv2.warpAffine(self._picture, move, (width, height), dst=frame, borderMode=cv2.BORDER_TRANSPARENT)
        return frame


class Turning:
    """A person whose head follows a script; sways and stands as a picture does."""

    def __init__(self, picture: Image, wall: Wall, share: float, seed: int, script: Script, fps: float) -> None:
        rows, columns = picture.shape[:2]
        height, width = wall.image.shape[:2]
        scale = min(share * height / rows, share * width / columns)
        self._relief = Relief(np.asarray(cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8))
        self._wall, self._share, self._seed, self._script, self._fps = wall, share, seed, script, fps
        self._first: int | None = None

    def frame(self, number: int) -> Image:
        """Return the person as the script has them at this frame."""
        self._first = number if self._first is None else self._first
        turned = self._relief.turned(*self._script((number - self._first) / self._fps))
        return InFront(turned, self._wall, self._share, self._seed).frame(number)


class Pictures:
    """Given frames, over and over; each is fitted to the size of the camera."""

    def __init__(self, pictures: Sequence[Image], width: int, height: int) -> None:
        self._pictures = [cv2.resize(picture, (width, height)) for picture in pictures]

    def frame(self, number: int) -> Image:
        """Return the next of them."""
        return self._pictures[number % len(self._pictures)].astype(np.uint8, copy=False)


def qr_card(text: str) -> Image:
    """Return a QR code on white, with its quiet zone, large enough to be read from a small frame."""
    modules = cv2.QRCodeEncoder.create().encode(text)
    border = QUIET_MODULES
    modules = cv2.copyMakeBorder(modules, border, border, border, border, cv2.BORDER_CONSTANT, value=255)
    side = modules.shape[0] * max(1, round(960 / modules.shape[0]))
    large = cv2.resize(modules, (side, side), interpolation=cv2.INTER_NEAREST)
    return cv2.cvtColor(large, cv2.COLOR_GRAY2BGR).astype(np.uint8, copy=False)
