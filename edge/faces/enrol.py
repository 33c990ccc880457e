"""From photographs to one template: the mean of the good faces' unit vectors. Nothing of a picture stays, or is logged.

A stranger's file is hostile: its size is read from its header before a pixel is decoded, and large JPEGs are decoded
at a fraction of their size. Runs where the models are (30 ms a photograph, 150 MB), not in the station's own process.
"""

import struct
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from itertools import combinations
from pathlib import Path

import cv2
import numpy as np
from PIL import Image as Pictures
from PIL import ImageOps, UnidentifiedImageError

from contract.config import IdentityConfig
from edge.domain.sight import FaceHint
from edge.faces.engine.manifest import BuiltIn, Manifest
from edge.faces.engine.models import Engine, built_in
from edge.faces.quality import Thresholds, crowded, judge
from edge.faces.shapes import Image, Vector, unit

MAX_FILE_BYTES = 30_000_000
MAX_JPEG_PIXELS = 60_000_000
MAX_OTHER_PIXELS = 12_000_000
"""Other formats cannot be decoded at reduced size: 12 megapixels take 36 MB."""
SIDE_PX = 800
FORMATS = ("JPEG", "PNG", "WEBP", "BMP")
GOOD_COUNT = 3
"""Three photographs cut FNIR at N = 100 and FPIR 0.1 % from 42 % to 10 %; see the facts of this project."""
MAX_SPREAD = 0.45
"""99.6 % of 1,140 pairs of one person are nearer, 97 % of the pairs of two people are further: a mixed template is
worse than one more photograph. Measured with dlib's net."""
VERIFY_LIMIT = 0.258
"""The 1:1 limit of dlib's net where MAX_SPREAD was measured (firmware_config/engines/dlib.yaml)."""

_ADVICE = {
    FaceHint.CLOSER: "the face is too small",
    FaceHint.LOOK_HERE: "the face is turned away or washed out",
    FaceHint.TOO_DARK: "the face is too dark",
    FaceHint.HOLD_STILL: "the face is blurred",
}


class EnrolmentRefused(Exception):
    """This picture or these pictures make no template; says why in words for the person who enrols."""


@dataclass(frozen=True)
class Enrolled:
    """`used` good photographs are in the template (>= 3 recommended); `refused` says why others are not."""

    template: Vector
    used: int
    refused: tuple[str, ...]

    @property
    def enough(self) -> bool:
        return self.used >= GOOD_COUNT


class Enroller:
    """Holds the models for several people's enrolment."""

    def __init__(self, engine: Engine | None = None, limits: Thresholds | None = None, spread: float = MAX_SPREAD) -> None:
        """`engine` None: the built-in one. Further than `spread` apart are pictures of two people."""
        self._engine, self._limits, self._spread = engine or built_in(), limits or Thresholds(), spread

    def vector(self, image: Image) -> Vector:
        """The unit vector of the one good face in a (height, width, 3) BGR picture.

        Raises:
            EnrolmentRefused: no face, several, or one that is too small, dark, blurred or turned.
        """
        grey = np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), np.uint8)
        boxes = self._engine.find(grey, None, True)
        if not boxes:
            raise EnrolmentRefused("no face found")
        if crowded(boxes, self._limits):
            raise EnrolmentRefused(f"{len(boxes)} faces; one person at a time")
        face = self._engine.align(image, boxes[0])
        hint = judge(boxes[0], face, self._limits)
        if hint is not FaceHint.NONE:
            raise EnrolmentRefused(_ADVICE[hint])
        return self._engine.embed(face.picture)

    def from_images(self, images: Iterable[Image]) -> Enrolled:
        """A template from BGR pictures; refusals count them from 1.

        Raises:
            EnrolmentRefused: not one good face among them, or two people.
        """
        return self._from((f"picture {count}", partial(np.asarray, image)) for count, image in enumerate(images, 1))

    def from_files(self, paths: Iterable[Path]) -> Enrolled:
        """A template from picture files; one picture is held at a time.

        Raises:
            EnrolmentRefused: not one good face among them, or two people.
        """
        return self._from((path.name, partial(read_picture, path)) for path in paths)

    def _from(self, sources: Iterable[tuple[str, Callable[[], Image]]]) -> Enrolled:
        good: list[Vector] = []
        refused: list[str] = []
        for name, read in sources:
            try:
                good.append(self.vector(read()))
            except EnrolmentRefused as error:
                refused.append(f"{name}: {error}")
        return _mean(good, refused, self._spread)


def spread(engine: Manifest, config: IdentityConfig) -> float:
    """How far apart pictures of one person may be for this engine, whose limits are in `config`.

    Another embedder has other distances: MAX_SPREAD in the ratio of its 1:1 limit to that of dlib's net. That ratio is an assumption.
    """
    return MAX_SPREAD if isinstance(engine.embedder, BuiltIn) else MAX_SPREAD * config.verify_limit / VERIFY_LIMIT


def read_picture(path: Path) -> Image:
    """The picture, upright, at most 800 px on its longer side, as (height, width, 3) uint8 BGR.

    Raises:
        EnrolmentRefused: not a picture, too large, animated, or damaged.
    """
    if not path.is_file():
        raise EnrolmentRefused("no such file")
    if path.stat().st_size > MAX_FILE_BYTES:
        raise EnrolmentRefused(f"file larger than {MAX_FILE_BYTES // 1_000_000} MB")
    try:
        with Pictures.open(path, formats=FORMATS) as picture:
            return _decoded(picture)
    except (Pictures.DecompressionBombError, MemoryError):
        raise EnrolmentRefused("picture too large") from None
    except UnidentifiedImageError:
        raise EnrolmentRefused(f"not a picture of a known kind ({', '.join(FORMATS)})") from None
    except (OSError, ValueError, SyntaxError, EOFError, struct.error):
        raise EnrolmentRefused("picture is damaged") from None


def _decoded(picture: Pictures.Image) -> Image:
    pixels = picture.width * picture.height
    limit = MAX_JPEG_PIXELS if picture.format == "JPEG" else MAX_OTHER_PIXELS
    if pixels > limit:
        raise EnrolmentRefused(f"{pixels / 1e6:.0f} megapixels are above {limit / 1e6:.0f}")
    if getattr(picture, "is_animated", False):
        raise EnrolmentRefused("picture is animated")
    picture.draft("RGB", (SIDE_PX, SIDE_PX))
    upright = ImageOps.exif_transpose(picture).convert("RGB")
    upright.thumbnail((SIDE_PX, SIDE_PX))
    return np.ascontiguousarray(np.asarray(upright, np.uint8)[:, :, ::-1])


def _mean(good: list[Vector], refused: list[str], longest: float) -> Enrolled:
    if not good:
        raise EnrolmentRefused("; ".join(refused) or "no pictures")
    spread = max((float(np.linalg.norm(a - b)) for a, b in combinations(good, 2)), default=0.0)
    if spread > longest:
        raise EnrolmentRefused(f"the pictures show different people (distance {spread:.2f})")
    return Enrolled(unit(np.mean(good, axis=0)), len(good), tuple(refused))
