"""The arrays and boxes that the rooms of `faces` hand to each other. Touches nothing."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Image: TypeAlias = NDArray[np.uint8]
"""(height, width) grey or (height, width, 3) colour; each function says whether BGR (OpenCV) or RGB (dlib)."""

Vector: TypeAlias = NDArray[np.float32]
"""(128,) of unit length."""


@dataclass(frozen=True)
class Box:
    """A rectangle in pixels of the full frame; right and bottom are not part of it; may stick out of the frame."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        return max(0, self.right - self.left)

    @property
    def area(self) -> int:
        return self.width * max(0, self.bottom - self.top)

    def overlap_ratio(self, other: "Box") -> float:
        """Shared area over joint area (intersection over union), 0..1."""
        shared = Box(
            max(self.left, other.left),
            max(self.top, other.top),
            min(self.right, other.right),
            min(self.bottom, other.bottom),
        ).area
        joint = self.area + other.area - shared
        return shared / joint if joint else 0.0

    def grown(self, ratio: float, width: int, height: int) -> "Box":
        """The box with `ratio` of its width added on each side, cut to a frame of `width` x `height` pixels."""
        edge = round(self.width * ratio)
        left, top = max(0, self.left - edge), max(0, self.top - edge)
        return Box(left, top, min(width, self.right + edge), min(height, self.bottom + edge))

    def moved(self, right: int, down: int) -> "Box":
        return Box(self.left + right, self.top + down, self.right + right, self.bottom + down)

    def scaled(self, factor: float) -> "Box":
        return Box(*(round(side * factor) for side in (self.left, self.top, self.right, self.bottom)))


Points = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Aligned:
    """`points`: x, y in frame pixels of two corners of one eye, two of the other, and the base of the nose.

    `chip`: (150, 150, 3) uint8 RGB. `crop`: BGR, for an embedder that was trained with another alignment.
    """

    points: Points
    chip: Image
    crop: Image | None = None

    @property
    def picture(self) -> Image:
        """What the embedder takes."""
        return self.chip if self.crop is None else self.crop


def unit(vector: NDArray[np.floating]) -> Vector:
    """The same direction with length 1.

    Raises:
        ValueError: not finite, or of no length.
    """
    length = float(np.linalg.norm(vector))
    if not np.isfinite(length) or length == 0.0:
        raise ValueError(f"vector of length {length} has no direction")
    return np.asarray(vector / length, dtype=np.float32)
