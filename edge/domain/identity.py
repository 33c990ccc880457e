"""From comparison scores to "who", with an abstain band. Pure arithmetic; the face process only measures.

The limit falls with the size of the gallery, since each person enrolled is one more chance to be taken for another; the margin to the
second best carries over between groups of people where an absolute limit does not. Both fail closed.
"""

from dataclasses import dataclass
from math import log10

from contract.config import IdentityConfig
from edge.domain.messages import FaceCompared


@dataclass(frozen=True)
class Identified:
    """This person and nobody else."""

    person: str


@dataclass(frozen=True)
class NotSure:
    """Near somebody, not near enough or near two: another way in must decide."""


@dataclass(frozen=True)
class Stranger:
    """Near nobody enrolled."""


Verdict = Identified | NotSure | Stranger


def limit(config: IdentityConfig, gallery: int) -> float:
    """Longest distance accepted among `gallery` people (>= 1)."""
    return config.limit - config.limit_per_decade * log10(max(gallery, 1))


def decide(seen: FaceCompared, config: IdentityConfig) -> Verdict:
    """Fewer frames than configured are never enough to identify."""
    longest = limit(config, seen.gallery)
    if seen.best is None or not seen.best_distance <= longest + config.abstain:
        return Stranger()
    clear = seen.second_distance - seen.best_distance >= config.margin
    if seen.frames >= config.frames and seen.best_distance <= longest and clear:
        return Identified(seen.best)
    return NotSure()


class Attention:
    """Which tracked face was answered when, so that a person standing there is not refused five times in ten seconds."""

    def __init__(self, again_s: float) -> None:
        self._again_s = again_s
        self._track = -1
        self._until = float("-inf")

    def wants_answer(self, track: int, now: float) -> bool:
        """True once per track and pause; asking counts as answering."""
        if track == self._track and now < self._until:
            return False
        self._track, self._until = track, now + self._again_s
        return True
