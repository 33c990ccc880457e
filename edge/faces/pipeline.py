"""From frames to comparison scores: detect, follow, judge, align, embed, mean, search. Decides nothing about people.

Cost on one x86-64 core: nobody there 6.4 ms a frame and every half second 23 ms; a face 8 ms, and 93 ms for each frame
that is embedded, which is why a face that was compared already is embedded only every half second.
"""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from edge.domain.messages import FaceCompared, FaceHint, FaceHinted
from edge.faces.embed import Embedder
from edge.faces.gallery import EMPTY, Gallery
from edge.faces.quality import Thresholds, crowded, judge
from edge.faces.shapes import Aligned, Box, Image
from edge.faces.track import Track, Tracker

AGAIN_S = 1.5
THOROUGH_EVERY_S = 0.5
EMBED_EVERY_S = 0.1
"""Frames nearer in time are almost the same picture and add nothing to a mean."""
EMBED_AGAIN_EVERY_S = 0.5
HINT_HOLDS_S = 0.3
"""A hint that comes and goes within a frame or two would only flicker."""

Finder = Callable[[Image, Box | None, bool], list[Box]]
AlignerLike = Callable[[Image, Box], Aligned]


@dataclass(frozen=True)
class Seen:
    """What the last frame showed, for the preview."""

    box: Box | None = None
    hint: FaceHint = FaceHint.NONE
    compared: bool = False


class Pipeline:
    """One camera's frames in, messages out. One thread."""

    def __init__(self, find: Finder, align: AlignerLike, embed: Embedder, frames: int, limits: Thresholds) -> None:
        self._find, self._align, self._embed, self._limits = find, align, embed, limits
        self._tracker = Tracker(frames)
        self._gallery = EMPTY
        self._thorough_at = self._embedded_at = float("-inf")
        self._hinter = Hinter()
        self.seen = Seen()

    def use(self, gallery: Gallery) -> None:
        """Compare with these people from now on."""
        self._gallery = gallery

    def step(self, image: Image, taken_at: float) -> list[FaceCompared | FaceHinted]:
        """What a (height, width, 3) BGR frame taken at that monotonic second has to say."""
        boxes = self._boxes(image, taken_at)
        if not boxes:
            track = self._tracker.miss(taken_at)
            self.seen = Seen()
            return self._hinter.hint(FaceHint.NONE if track is None else None, taken_at)
        track = self._tracker.see(boxes[0], taken_at)
        hint, compared = self._look(image, boxes, track, taken_at)
        self.seen = Seen(boxes[0], hint, self._tracker.track is track and track.compared_at is not None)
        return [*self._hinter.hint(hint, taken_at), *compared]

    def _boxes(self, image: Image, now: float) -> list[Box]:
        grey = np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), np.uint8)
        thorough = now - self._thorough_at >= THOROUGH_EVERY_S
        if thorough:
            self._thorough_at = now
        track = self._tracker.track
        return self._find(grey, track.box if track else None, thorough)

    def _look(self, image: Image, boxes: list[Box], track: Track, now: float) -> tuple[FaceHint, list[FaceCompared]]:
        if crowded(boxes, self._limits):
            return FaceHint.ONE_AT_A_TIME, []
        face = self._align(image, boxes[0])
        hint = judge(boxes[0], face, self._limits)
        if hint is not FaceHint.NONE or not self._embed_due(track, now):
            return hint, []
        self._embedded_at = now
        vector = self._embed(face.chip)
        if not track.add(vector, now):
            track = self._tracker.begin(boxes[0], now)
            track.add(vector, now)
        return hint, self._compared(track, now)

    def _embed_due(self, track: Track, now: float) -> bool:
        pause = EMBED_EVERY_S if track.compared_at is None else EMBED_AGAIN_EVERY_S
        return now - self._embedded_at >= pause

    def _compared(self, track: Track, now: float) -> list[FaceCompared]:
        if not track.full or (track.compared_at is not None and now - track.compared_at < AGAIN_S):
            return []
        track.compared_at = now
        near = self._gallery.nearest(track.mean())
        return [
            FaceCompared(
                track.number,
                len(track.vectors),
                near.best,
                near.best_distance,
                near.second_distance,
                len(self._gallery),
                track.first_used_at,
            )
        ]


class Hinter:
    """Says a hint when it changes and has held for a moment."""

    def __init__(self) -> None:
        self._said = self._next = FaceHint.NONE
        self._since = 0.0

    def hint(self, hint: FaceHint | None, now: float) -> list[FaceCompared | FaceHinted]:
        """`hint` None: this frame says neither way."""
        if hint is None:
            return []
        if hint is not self._next:
            self._next, self._since = hint, now
        if self._next is self._said or (hint is not FaceHint.NONE and now - self._since < HINT_HOLDS_S):
            return []
        self._said = hint
        return [FaceHinted(hint)]
