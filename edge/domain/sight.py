"""What the face process and other eyes at the door see, and what they may be asked. Part of the unions in messages.py.

Times named `*_at` are monotonic seconds of this host.
"""

from dataclasses import dataclass
from enum import Enum


class FaceHint(Enum):
    """What the visitor can do so that the camera sees enough."""

    NONE = "none"
    CLOSER = "closer"
    LOOK_HERE = "look_here"
    TOO_DARK = "too_dark"
    ONE_AT_A_TIME = "one_at_a_time"
    HOLD_STILL = "hold_still"
    FROZEN = "frozen"


@dataclass(frozen=True)
class FaceCompared:
    """The mean of `frames` good frames of one tracked face against the gallery.

    Distances are Euclidean between unit vectors, 0..2, inf where there is nobody; `seen_at` is the first frame used.
    """

    track: int
    frames: int
    best: str | None
    best_distance: float
    second_distance: float
    gallery: int
    seen_at: float
    second: str | None = None


@dataclass(frozen=True)
class FaceVerified:
    """The answer to VerifyFace: `distance` of the mean of `frames` fresh good frames to that person, inf when not enrolled."""

    track: int
    person: str
    frames: int
    distance: float
    seen_at: float


@dataclass(frozen=True)
class FacePosed:
    """Where a tracked face looks, in eye distances: `yaw` > 0 to the person's own left, `pitch` about 0.77 straight ahead."""

    track: int
    yaw: float
    pitch: float
    seen_at: float


@dataclass(frozen=True)
class LivenessJudged:
    """How alive a face looked to one source at `at`: `live_ratio` 0..1. `track` None: to a device that sees the door as a whole."""

    source: str
    track: int | None
    live_ratio: float
    at: float


@dataclass(frozen=True)
class LivenessChanged:
    """A source of such judgements works, or does not: no model, no device, a cable."""

    source: str
    working: bool
    detail: str


@dataclass(frozen=True)
class FaceHinted:
    """Posted when the hint changes."""

    hint: FaceHint


@dataclass(frozen=True)
class VerifyFace:
    """Compare fresh frames of this track (None: whoever is there) with one person and post FaceVerified."""

    person: str
    track: int | None


@dataclass(frozen=True)
class AskPose:
    """Post FacePosed for this track, or stop."""

    track: int
    on: bool
