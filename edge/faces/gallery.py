"""The people who may be recognised here: ids and one unit vector each; exact nearest-person search.

Pure; lives in the memory of the faces process only, read from the vault. Never logs a vector; never holds a picture. An approximate index would be faster than
the 0.04 ms that 4,000 people cost (100,000: 3 ms), and would break the margin rule, which needs the true second.
"""

from dataclasses import dataclass
from math import inf

import numpy as np
from numpy.typing import NDArray

from edge.faces.shapes import Vector

SIZE = 128
MAX_PEOPLE = 100_000
MAX_ID_CHARS = 64
_LENGTH_TOLERANCE = 1e-3
_ROUNDING = 3e-3
"""A stored length may be off by the tolerance, which moves a product by as much; distances are exact, from the few that are left."""

class GalleryRefused(Exception):
    """These templates cannot be used; says what is wrong with them. Nobody can be compared until they are replaced."""


@dataclass(frozen=True)
class Nearest:
    """Unit-vector distances (0..2) to the nearest person and to the nearest *other* person; inf where there is none."""

    best: str | None
    best_distance: float
    second_distance: float
    second: str | None = None


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
        rows = self._near(vector)
        distances = np.linalg.norm(self.vectors[rows] - vector, axis=1)
        order = np.argsort(distances, kind="stable")[:2]
        best, other = rows[order[0]], rows[order[1]] if len(order) > 1 else None
        second = (inf, None) if other is None else (float(distances[order[1]]), self.people[other])
        return Nearest(self.people[best], float(distances[order[0]]), *second)

    def distance(self, vector: Vector, person: str) -> float:
        """Of a (128,) unit vector to one person, 0..2; inf when nobody of that id is enrolled here."""
        if person not in self.people:
            return inf
        return float(np.linalg.norm(self.vectors[self.people.index(person)] - vector))

    def _near(self, vector: Vector) -> NDArray[np.intp]:
        """Rows of the two nearest and of whoever is as near within rounding: one product, for all lengths are 1."""
        likeness = self.vectors @ vector
        if len(likeness) <= 2:
            return np.arange(len(likeness))
        best = int(likeness.argmax())
        most, likeness[best] = likeness[best], -inf
        second = likeness.max()
        likeness[best] = most
        return np.flatnonzero(likeness >= second - _ROUNDING)


EMPTY = Gallery((), np.zeros((0, SIZE), np.float32))


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
