"""Which frames show the same person: one face followed by the overlap of its boxes. Pure; time comes in.

The mean of a track's last good frames is what gets compared, so a track must not mix two people: a box that jumps, a
gap in time, or a face that suddenly looks different each begin a new one.
"""

from collections import deque
from dataclasses import dataclass, field

import numpy as np

from edge.faces.shapes import Box, Vector, unit

MIN_OVERLAP_RATIO = 0.3
"""Half a face width of movement between two frames still overlaps this much."""
MAX_GAP_S = 1.0
MAX_VECTOR_AGE_S = 3.0
MAX_STEP_DISTANCE = 0.45
"""A frame further than this from the track's mean is somebody else. Measured on 712 portraits: 99.6 % of the pairs of
one person (taken on different days) are nearer, 97 % of the pairs of two people are further."""


@dataclass
class Track:
    """One face over some frames."""

    number: int
    box: Box
    seen_at: float
    wanted: int
    vectors: deque[tuple[float, Vector]] = field(default_factory=deque)
    compared_at: float | None = None

    def add(self, vector: Vector, now: float) -> bool:
        """Take a good frame in; False: it shows somebody else, and nothing was taken."""
        while self.vectors and now - self.vectors[0][0] > MAX_VECTOR_AGE_S:
            self.vectors.popleft()
        if self.vectors and float(np.linalg.norm(self.mean() - vector)) > MAX_STEP_DISTANCE:
            return False
        self.vectors.append((now, vector))
        while len(self.vectors) > self.wanted:
            self.vectors.popleft()
        return True

    def mean(self) -> Vector:
        """Unit mean of the frames held; there is at least one."""
        return unit(np.mean([vector for _, vector in self.vectors], axis=0))

    @property
    def full(self) -> bool:
        return len(self.vectors) >= self.wanted

    @property
    def first_used_at(self) -> float:
        """When the oldest frame in the mean was taken (monotonic s)."""
        return self.vectors[0][0]


class Tracker:
    """Follows one face; `wanted` is how many good frames make a mean."""

    def __init__(self, wanted: int) -> None:
        self._wanted = wanted
        self._count = 0
        self.track: Track | None = None

    def see(self, box: Box, now: float) -> Track:
        """The track that `box` belongs to: the one before if it overlaps and is fresh, else a new one."""
        held = self.track
        if held is None or now - held.seen_at > MAX_GAP_S or held.box.overlap_ratio(box) < MIN_OVERLAP_RATIO:
            return self.begin(box, now)
        held.box, held.seen_at = box, now
        return held

    def begin(self, box: Box, now: float) -> Track:
        self._count += 1
        self.track = Track(self._count, box, now, self._wanted)
        return self.track

    def miss(self, now: float) -> Track | None:
        """Nobody in this frame: the track, or None once the face has been away for too long."""
        if self.track is not None and now - self.track.seen_at > MAX_GAP_S:
            self.track = None
        return self.track
