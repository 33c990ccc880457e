"""Takes images of one face for an enrolment: all of one track, nobody else in the picture, some time apart. Pure; time comes in."""

from itertools import combinations

import numpy as np

from edge.domain.face_messages import EnrolFace, EnrolProgressed
from edge.faces.shapes import Vector, unit

WANTED, LEAST = 5, 3
"""Three cut FNIR at N = 100 and FPIR 0.1 % from 42 % to 10 %; frames of one minute are alike, so some more are taken."""
EVERY_S = 0.4
LONGEST_S = 30.0
MAX_SPREAD = 0.45
"""As in enrol.py: further apart are two people, or one that is not seen well."""


class Taking:
    """Counts only images in a row: another face, or another track, begins anew."""

    def __init__(self, order: EnrolFace, now: float) -> None:
        self.order = order
        self._began_at = now
        self._vectors: list[Vector] = []
        self._track, self._taken_at, self._told = -1, float("-inf"), -1

    def disturbed(self) -> None:
        """Somebody else is in the picture."""
        self._vectors.clear()

    def add(self, track: int, vector: Vector, now: float) -> None:
        """One good image of this track."""
        if track != self._track:
            self._vectors.clear()
            self._track, self._taken_at = track, float("-inf")
        if now - self._taken_at < EVERY_S or self.full:
            return
        if any(float(np.linalg.norm(vector - other)) > MAX_SPREAD for other in self._vectors):
            self._vectors.clear()
        self._vectors.append(vector)
        self._taken_at = now

    @property
    def full(self) -> bool:
        return len(self._vectors) >= WANTED

    @property
    def used(self) -> int:
        """Good images so far."""
        return len(self._vectors)

    def over(self, now: float) -> bool:
        """Enough, or the time is."""
        return self.full or now - self._began_at >= LONGEST_S

    def template(self) -> Vector | None:
        """The mean; None when there are too few images or they do not agree."""
        apart = max((float(np.linalg.norm(a - b)) for a, b in combinations(self._vectors, 2)), default=0.0)
        return unit(np.mean(self._vectors, axis=0)) if len(self._vectors) >= LEAST and apart <= MAX_SPREAD else None

    def progress(self) -> EnrolProgressed | None:
        """When the count changed since it was last asked."""
        if self.used == self._told:
            return None
        self._told = self.used
        return EnrolProgressed(self.order.person, self.used, WANTED)
