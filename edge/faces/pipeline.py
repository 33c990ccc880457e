"""From frames to comparison scores: detect, follow, judge, align, embed, mean, search. Decides nothing about people.

Cost on one x86-64 core: nobody there 6.4 ms a frame and every half second 23 ms; a face 4 ms, and 8 ms more for each frame
that is embedded (93 ms without ONNX Runtime), so a face that was compared already is embedded only every half second.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import cv2
import numpy as np

from edge.domain.sight import AskPose, FaceCompared, FaceHint, FaceHinted, FacePosed, FaceVerified, LivenessJudged, VerifyFace
from edge.faces.embed import Embedder
from edge.faces.gallery import EMPTY, Gallery
from edge.faces.quality import Thresholds, crowded, judge, pose
from edge.faces.shapes import Aligned, Box, Image, Vector, unit
from edge.faces.still import Stillness
from edge.faces.taking import Taking
from edge.faces.track import Track, Tracker

HINT_HOLDS_S = 0.3
"""A hint that comes and goes within a frame or two would only flicker."""

Finder = Callable[[Image, Box | None, bool], list[Box]]
AlignerLike = Callable[[Image, Box], Aligned]
Alive = Callable[[Image, Box, int, float], list[LivenessJudged]]
"""A good frame, the face in it, its track and when it was taken -> what a passive liveness model says, if it does already."""
Said = FaceCompared | FaceHinted | FacePosed | FaceVerified | LivenessJudged
POSE_EVERY_S = 0.09
"""Ten poses a second follow a head that turns in half a second."""


@dataclass(frozen=True)
class Pace:
    """How often, in seconds at least. Frames nearer in time are almost the same picture and add nothing to a mean.

    `embed_again_s` and `again_s` are for a face that was compared already; `thorough_s` for a search of the whole frame.
    """

    embed_s: float = 0.1
    embed_again_s: float = 0.5
    again_s: float = 1.5
    thorough_s: float = 0.5


@dataclass(frozen=True)
class Seen:
    """What the last frame showed, for the preview."""

    box: Box | None = None
    hint: FaceHint = FaceHint.NONE
    compared: bool = False


PACE = Pace()


@dataclass
class Check:
    """A comparison with one person under way; only frames that came after the order are in it."""

    order: VerifyFace
    track: int
    since: float
    vectors: list[Vector] = field(default_factory=list)


class Pipeline:
    """One camera's frames in, messages out. One thread."""

    def __init__(
        self, find: Finder, align: AlignerLike, embed: Embedder, frames: int, limits: Thresholds, pace: Pace = PACE,
        still: Stillness | None = None, alive: Alive | None = None,
    ) -> None:  # fmt: skip
        """`still` refuses pictures that do not change; None where the same picture is shown on purpose, as a bench does."""
        self._frames, self._still, self._alive = frames, still, alive
        self._posing, self._posed_at = -1, float("-inf")
        self._ordered: VerifyFace | None = None
        self._check: Check | None = None
        self._find, self._align, self._embed, self._limits, self._pace = find, align, embed, limits, pace
        self._tracker = Tracker(frames)
        self._gallery = EMPTY
        self._thorough_at = self._embedded_at = float("-inf")
        self._hinter = Hinter()
        self.seen = Seen()
        self.taking: Taking | None = None

    def use(self, gallery: Gallery) -> None:
        """Compare with these people from now on."""
        self._gallery = gallery

    def order(self, asked: AskPose | VerifyFace) -> None:
        """Pose or verify from the next frame on; a newer order replaces an older one of its kind."""
        if isinstance(asked, AskPose):
            self._posing = asked.track if asked.on else -1
        else:
            self._ordered, self._check = asked, None

    def step(self, image: Image, taken_at: float) -> list[Said]:
        """What a (height, width, 3) BGR frame taken at that monotonic second has to say."""
        boxes = self._boxes(image, taken_at)
        if not boxes:
            track = self._tracker.miss(taken_at)
            self.seen = Seen()
            return self._hinter.hint(FaceHint.NONE if track is None else None, taken_at)
        track = self._tracker.see(boxes[0], taken_at)
        hint, said = self._look(image, boxes, track, taken_at)
        self.seen = Seen(boxes[0], hint, self._tracker.track is track and track.compared_at is not None)
        return [*self._hinter.hint(hint, taken_at), *said]

    def _boxes(self, image: Image, now: float) -> list[Box]:
        grey = np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), np.uint8)
        thorough = self.taking is not None or now - self._thorough_at >= self._pace.thorough_s
        if thorough:
            self._thorough_at = now
        track = self._tracker.track
        return self._find(grey, track.box if track else None, thorough)

    def _look(self, image: Image, boxes: list[Box], track: Track, now: float) -> tuple[FaceHint, list[Said]]:
        if crowded(boxes, self._limits) or (self.taking and len(boxes) > 1):
            if self.taking:
                self.taking.disturbed()
            return FaceHint.ONE_AT_A_TIME, []
        if self._still and self._still.frozen(image, boxes[0], track.number, now):
            return FaceHint.FROZEN, []
        face = self._align(image, boxes[0])
        said = self._posed(track, face, now)
        hint = judge(boxes[0], face, self._limits)
        if self._posing == track.number:  # a head that turns is no picture to compare: VerifyFace comes afterwards
            return FaceHint.NONE if hint is FaceHint.LOOK_HERE else hint, said
        if hint is not FaceHint.NONE or not self._embed_due(track, now):
            return hint, said
        self._embedded_at = now
        vector = self._embed(face.picture)
        if not track.add(vector, now):
            track = self._tracker.begin(boxes[0], now)
            track.add(vector, now)
        if self.taking:  # nobody is recognised meanwhile: the visitor at the screen is known
            self.taking.add(track.number, vector, now)
            return hint, said
        alive = self._alive(image, boxes[0], track.number, now) if self._alive else []
        return hint, [*said, *alive, *self._verified(track, vector, now), *self._compared(track, now)]

    def _posed(self, track: Track, face: Aligned, now: float) -> list[Said]:
        if track.number != self._posing or now - self._posed_at < POSE_EVERY_S:
            return []
        self._posed_at = now
        found = pose(face.points)
        return [FacePosed(track.number, round(found.yaw_ratio, 4), round(found.pitch_ratio, 4), now)]

    def _verified(self, track: Track, vector: Vector, now: float) -> list[Said]:
        """Take this frame into the comparison that was ordered; the answer when it was the last. Another track begins anew."""
        order = self._ordered
        if order is None or order.track not in (None, track.number):
            return []
        if self._check is None or self._check.track != track.number:
            self._check = Check(order, track.number, now)
        self._check.vectors.append(vector)
        if len(self._check.vectors) < self._frames:
            return []
        check, self._check, self._ordered = self._check, None, None
        distance = self._gallery.distance(unit(np.mean(check.vectors, axis=0)), order.person)
        return [FaceVerified(track.number, order.person, len(check.vectors), distance, check.since)]

    def _embed_due(self, track: Track, now: float) -> bool:
        eager = track.compared_at is None or self._ordered is not None or self.taking is not None
        pause = self._pace.embed_s if eager else self._pace.embed_again_s
        return now - self._embedded_at >= pause

    def _compared(self, track: Track, now: float) -> list[Said]:
        if not track.full or (track.compared_at is not None and now - track.compared_at < self._pace.again_s):
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
                near.second,
            )
        ]


class Hinter:
    """Says a hint when it changes and has held for a moment."""

    def __init__(self) -> None:
        self._said = self._next = FaceHint.NONE
        self._since = 0.0

    def hint(self, hint: FaceHint | None, now: float) -> list[Said]:
        """`hint` None: this frame says neither way."""
        if hint is None:
            return []
        if hint is not self._next:
            self._next, self._since = hint, now
        if self._next is self._said or (hint is not FaceHint.NONE and now - self._since < HINT_HOLDS_S):
            return []
        self._said = hint
        return [FaceHinted(hint)]
