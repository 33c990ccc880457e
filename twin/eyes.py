"""Stands for camera and face process in a scenario: one person before the camera, whose head the scenario moves.

Answers what the face process would answer, in the room's own time; distances are the scenario's. Turns real photographs not at
all: that is twin/camera.py's.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from math import inf

from edge.domain.messages import FaceOrder, Post
from edge.domain.sight import AskPose, FaceCompared, FacePosed, FaceVerified, VerifyFace
from twin.vault import TwinVault

FRONT = (0.02, 0.77)
POSE_S, VERIFY_S = 0.1, 0.3
"""A pose each tenth of a second; three fresh frames for a comparison."""

Head = Callable[[float], tuple[float, float]]
"""s since the scenario moved it -> yaw and pitch ratio, as `edge.faces.quality.pose` measures them."""


def still(_: float) -> tuple[float, float]:
    """A photograph, or somebody who does not follow."""
    return FRONT


def swung(yaw: float = 0.0, pitch: float = 0.0, over_s: float = 1.0) -> Head:
    """Out by so many eye distances and back again, evenly."""

    def head(seconds: float) -> tuple[float, float]:
        part = max(0.0, 1 - abs(2 * seconds / over_s - 1))
        return FRONT[0] + yaw * part, FRONT[1] + pitch * part

    return head


SWINGS = {"left": swung(yaw=0.45), "right": swung(yaw=-0.45), "nod": swung(pitch=0.25), "front": still}


@dataclass
class Face:
    """Who stands there. `distances`: to the people that they are near; everybody else is far."""

    track: int
    distances: dict[str, float]
    head: Head = still
    moved_at: float = 0.0


@dataclass
class TwinEyes:
    """`face` None: nobody. Several stations' agents may use the same eyes one after another."""

    now: Callable[[], float]
    face: Face | None = None
    gallery: int = 20
    posing: int | None = None
    verifies: int = 0
    vault: TwinVault = field(default_factory=TwinVault)
    _post: Post = field(default=lambda heard: None, repr=False)
    _pose_at: float = inf
    _verify: VerifyFace | None = None
    _verify_at: float = inf

    def joined(self, post: Post) -> "TwinEyes":
        """A station's new agent looks through these eyes."""
        self._post, self.posing, self._verify, self._pose_at, self._verify_at = post, None, None, inf, inf
        return self

    def start(self) -> None:
        """Nothing to begin."""

    def stop(self) -> None:
        """Nothing to end."""

    def preview(self) -> bytes | None:
        """No picture."""
        return None

    def order(self, asked: FaceOrder) -> None:
        """As the face process takes it."""
        if not isinstance(asked, AskPose | VerifyFace):
            self.vault.order(asked)
        elif isinstance(asked, AskPose):
            self.posing = asked.track if asked.on else None
            self._pose_at = self.now() + POSE_S if asked.on else inf
        else:
            self._verify, self._verify_at, self.verifies = asked, self.now() + VERIFY_S, self.verifies + 1

    def move(self, head: Head) -> None:
        """The head begins a movement."""
        assert self.face is not None
        self.face.head, self.face.moved_at = head, self.now()

    def compare(self, frames: int = 3) -> None:
        """What the face process says of three good frames."""
        assert self.face is not None
        near = sorted((distance, who) for who, distance in self.face.distances.items())
        far = [(0.7, None), (0.8, None)]
        (best, who), (second, other) = (near + far)[:2]
        self._post(FaceCompared(self.face.track, frames, who, best, second, self.gallery, self.now() - 0.2, other))

    def due(self) -> float:
        """When `look` has something to say."""
        return min(self._pose_at, self._verify_at)

    def look(self) -> None:
        """Say what is due."""
        now, face = self.now(), self.face
        if now >= self._pose_at:
            self._pose_at = now + POSE_S
            if face and face.track == self.posing:
                self._post(FacePosed(face.track, *face.head(now - face.moved_at), now))
        if now >= self._verify_at and self._verify:
            order, self._verify, self._verify_at = self._verify, None, inf
            if face and order.track in (None, face.track):
                self._post(FaceVerified(face.track, order.person, 3, face.distances.get(order.person, 0.8), now - VERIFY_S))
