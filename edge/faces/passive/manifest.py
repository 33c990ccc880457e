"""A passive liveness model in words: which file, under which licence, what it is fed, and which of its numbers means alive.

The operator supplies the file, pinned by sha256. Nothing here loads it. What is wrong is refused with the field and what to do.
"""

import re
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, field_validator, model_validator

from edge.faces import yaml_file
from edge.faces.engine.manifest import ModelFile, Triple

FILL_IN = "fill-in"
"""Stands in an example where the operator's own checksum belongs."""


class PassiveRefused(Exception):
    """This model cannot be used; says which field or file, and what to do. Whatever was in use stays."""


class PassiveModel(ModelFile):
    """A net that takes the surroundings of one face. `mean` and `scale`: (pixel - mean) * scale, per channel, pixels 0..255."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,31}$")]
    summary: str = Field(..., min_length=1, max_length=300)
    sha256: str = Field(..., description="of the whole file: sha256sum FILE, compared with where it is published")
    crop: float = Field(..., ge=1, le=6, description="sides of what is shown to it, in sides of the face's box")
    width: int = Field(..., ge=16, le=512, description="px of its input")
    height: int = Field(..., ge=16, le=512, description="px of its input")
    layout: Literal["nchw", "nhwc"] = Field(..., description="order of its input axes")
    colour: Literal["rgb", "bgr"] = Field(..., description="order of the channels")
    mean: Triple = Field(..., description="subtracted, in the order of the channels")
    scale: Triple = Field(..., description="multiplied after that; one over the standard deviation")
    outputs: int = Field(..., ge=1, le=16, description="numbers that it gives")
    alive: int = Field(..., ge=0, le=15, description="which of them means alive, counted from 0")
    ratio: Literal["softmax", "sigmoid", "as_is"] = Field(..., description="how they become 0..1")
    threshold: float = Field(..., gt=0, le=1, description="least ratio of a living face, for identity.liveness; measure your own")
    frames: int = Field(3, ge=1, le=4, description="good frames of one face in a mean; with more the oldest would be too old to count")

    @field_validator("sha256")
    @classmethod
    def _filled_in(cls, value: str) -> str:
        if value == FILL_IN:
            raise ValueError("not filled in yet: compute it with sha256sum, and compare it with where the file is published")
        if not re.fullmatch("[0-9a-f]{64}", value):
            raise ValueError("must be 64 hexadecimal digits, small letters")
        return value

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.alive >= self.outputs:
            raise ValueError(f"alive {self.alive}: there are {self.outputs} outputs, counted from 0")
        if self.ratio == "softmax" and self.outputs == 1:
            raise ValueError("ratio softmax: of a single output it is always 1, so every picture would be alive")
        if 0 in self.scale:
            raise ValueError("scale: 0 would leave nothing of a channel")
        return self


def shipped_folder() -> Path:
    """Where the examples of the project lie."""
    return Path(__file__).resolve().parents[3] / "firmware_config" / "liveness"


def shipped() -> list[Path]:
    """Those examples, by name."""
    return yaml_file.shipped(shipped_folder())


def read(path: Path) -> PassiveModel:
    """The manifest in a YAML file.

    Raises:
        PassiveRefused: unreadable, or a field that is missing, unknown or wrong.
    """
    return yaml_file.read(path, PassiveModel, PassiveRefused)


def find(name: str) -> Path:
    """The example of that name, or the file of that path.

    Raises:
        PassiveRefused: neither.
    """
    return yaml_file.find(name, shipped_folder(), "liveness model", PassiveRefused)
