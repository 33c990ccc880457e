"""What one face engine was calibrated to: how near is near enough, by the size of the gallery. Written by `kiosk face calibrate`."""

from itertools import pairwise
from typing import Self

from pydantic import Field, model_validator

from contract.model import Model


class GalleryLimit(Model):
    """One point of the table."""

    gallery: int = Field(..., ge=1, le=1_000_000, description="people enrolled")
    limit: float = Field(..., gt=0, le=2, description="longest distance accepted among so many")


class Limits(Model):
    """The operating point for means of so many frames. Distances are Euclidean between unit vectors."""

    frames: int = Field(..., ge=1, le=10, description="good frames in a mean")
    galleries: tuple[GalleryLimit, ...] = Field(..., min_length=1, max_length=20, description="limits; the last gallery is the largest that was calibrated")
    margin: float = Field(..., ge=0, le=2, description="the second best must be farther away than the best by this")
    verify_limit: float = Field(..., gt=0, le=2, description="longest distance accepted when the person was named by a code (1:1)")

    @model_validator(mode="after")
    def _grows_and_falls(self) -> Self:
        for before, after in pairwise(self.galleries):
            if not (before.gallery < after.gallery and before.limit >= after.limit):
                raise ValueError(f"galleries: {after.gallery} after {before.gallery}: sizes must grow, limits must not")
        return self
