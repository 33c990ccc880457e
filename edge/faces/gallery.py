"""The people who may be recognised here: ids and one unit vector each; exact nearest-person search; one file.

Pure but for `load` and `save`. Never logs a vector; never holds a picture. An approximate index would be faster than
the 0.04 ms that 4,000 people cost, and would break the margin rule, which needs the true second.
"""

import os
import struct
import tokenize
import zipfile
import zlib
from dataclasses import dataclass
from math import inf
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from edge.faces.shapes import Vector

SIZE = 128
MAX_PEOPLE = 100_000
MAX_ID_CHARS = 64
_LENGTH_TOLERANCE = 1e-3

UNREADABLE = (
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    MemoryError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
    tokenize.TokenError,
    zipfile.BadZipFile,
    zlib.error,
)
"""What numpy and zipfile raise on files that were cut, flipped or made up; found by flipping each bit of one."""


class GalleryRefused(Exception):
    """The gallery file cannot be used; says what is wrong with it. Nobody can be compared until it is replaced."""


@dataclass(frozen=True)
class Nearest:
    """Unit-vector distances (0..2) to the nearest person and to the nearest *other* person; inf where there is none."""

    best: str | None
    best_distance: float
    second_distance: float


@dataclass(frozen=True)
class Gallery:
    """`people[i]` belongs to `vectors[i]`; ids are unique."""

    people: tuple[str, ...]
    vectors: NDArray[np.float32]

    @classmethod
    def of(cls, templates: dict[str, Vector]) -> "Gallery":
        """A gallery from templates by person id.

        Raises:
            GalleryRefused: a vector that is not (128,) finite and of unit length, or an impossible id.
        """
        rows = [np.asarray(vector, np.float32) for vector in templates.values()]
        if any(row.shape != (SIZE,) for row in rows):
            raise GalleryRefused(f"gallery: a template is not of shape ({SIZE},)")
        return _checked(tuple(templates), np.stack(rows) if rows else np.zeros((0, SIZE), np.float32), "gallery")

    def __len__(self) -> int:
        return len(self.people)

    def nearest(self, vector: Vector) -> Nearest:
        """Whom a (128,) unit vector is nearest to, and how near the next person is."""
        if not self.people:
            return Nearest(None, inf, inf)
        distances = np.linalg.norm(self.vectors - vector, axis=1)
        order = np.argsort(distances, kind="stable")[:2]
        second = float(distances[order[1]]) if len(order) > 1 else inf
        return Nearest(self.people[order[0]], float(distances[order[0]]), second)


EMPTY = Gallery((), np.zeros((0, SIZE), np.float32))


def save(gallery: Gallery, path: Path) -> None:
    """Write the file so that a reader sees the old or the new one, never a part; readable by its owner only."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.new")
    beside.unlink(missing_ok=True)
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            np.savez(file, people=np.array(gallery.people, dtype=np.str_), vectors=gallery.vectors)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def load(path: Path) -> Gallery:
    """The gallery in the file; an empty one when there is no file yet.

    Raises:
        GalleryRefused: corrupt, of a wrong shape, not finite, not unit length, or an id twice.
    """
    try:
        with np.load(path, allow_pickle=False) as stored:
            people, vectors = stored["people"], stored["vectors"]
    except FileNotFoundError:
        return EMPTY
    except UNREADABLE as error:
        raise GalleryRefused(f"gallery {path.name}: cannot be read ({type(error).__name__}); write it again") from None
    if people.ndim != 1 or people.dtype.kind != "U":
        raise GalleryRefused(f"gallery {path.name}: ids are {people.dtype} of shape {people.shape}, not a list of text")
    return _checked(tuple(str(person) for person in people), vectors, f"gallery {path.name}")


def _checked(people: tuple[str, ...], vectors: NDArray[np.float32], where: str) -> Gallery:
    if len(people) > MAX_PEOPLE:
        raise GalleryRefused(f"{where}: {len(people)} people are above {MAX_PEOPLE}")
    if vectors.dtype != np.float32 or vectors.shape != (len(people), SIZE):
        shape = f"{vectors.dtype} {vectors.shape}"
        raise GalleryRefused(f"{where}: vectors are {shape}, not float32 ({len(people)}, {SIZE})")
    if not bool(np.isfinite(vectors).all()):
        raise GalleryRefused(f"{where}: a vector is not finite")
    if bool((abs(np.linalg.norm(vectors, axis=1) - 1) > _LENGTH_TOLERANCE).any()):
        raise GalleryRefused(f"{where}: a vector is not of unit length")
    if len(set(people)) != len(people) or not all(0 < len(person) <= MAX_ID_CHARS for person in people):
        raise GalleryRefused(f"{where}: an id is empty, longer than {MAX_ID_CHARS} characters, or there twice")
    return Gallery(people, vectors)
