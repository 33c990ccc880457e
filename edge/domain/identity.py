"""From comparison scores to "who", with an abstain band. Pure arithmetic; the face process only measures.

The limit falls with the size of the gallery, since each person enrolled is one more chance to be taken for another; the margin to the
second best carries over between groups of people where an absolute limit does not. Both fail closed.
"""

from dataclasses import dataclass
from itertools import pairwise
from math import log10

from contract.config import Assurance, AssuranceHours, IdentityConfig
from contract.limits import Limits
from edge.domain.sight import FaceCompared


@dataclass(frozen=True)
class Identified:
    """This person and nobody else."""

    person: str


@dataclass(frozen=True)
class NotSure:
    """Near somebody, not near enough or near two: another way in must decide. `candidates`: whom it may be, nearest first."""

    candidates: tuple[str, ...] = ()


@dataclass(frozen=True)
class Stranger:
    """Near nobody enrolled."""


Verdict = Identified | NotSure | Stranger


def calibrated(config: IdentityConfig, table: Limits) -> IdentityConfig:
    """The configuration with the limits of an engine's table in place of guesses."""
    new = {name: getattr(table, name) for name in ("frames", "galleries", "margin", "verify_limit")}
    return config.model_copy(update=new)


def limit(config: IdentityConfig, gallery: int) -> float:
    """Longest distance accepted among `gallery` people (>= 1); between two sizes of the table it falls with the logarithm."""
    table, people = config.galleries, max(gallery, 1)
    if not table:
        return config.limit - config.limit_per_decade * log10(people)
    for smaller, larger in pairwise(table):
        if smaller.gallery < people <= larger.gallery:
            part = log10(people / smaller.gallery) / log10(larger.gallery / smaller.gallery)
            return smaller.limit + part * (larger.limit - smaller.limit)
    return table[0].limit if people <= table[0].gallery else table[-1].limit


def face_alone(config: IdentityConfig, gallery: int) -> bool:
    """Whether a face may decide by itself among so many people: not above the largest gallery that was calibrated."""
    return not config.galleries or gallery <= config.galleries[-1].gallery


def decide(seen: FaceCompared, config: IdentityConfig) -> Verdict:
    """Fewer frames than configured are never enough to identify, nor is a face alone in too large a gallery."""
    longest = limit(config, seen.gallery)
    if seen.best is None or not seen.best_distance <= longest + config.abstain:
        return Stranger()
    clear = seen.second_distance - seen.best_distance >= config.margin
    enough = seen.frames >= config.frames and face_alone(config, seen.gallery)
    if enough and seen.best_distance <= longest and clear:
        return Identified(seen.best)
    also = seen.second if seen.second_distance <= longest + config.abstain else None
    return NotSure((seen.best, also) if also else (seen.best,))


def same_person(distance: float, frames: int, config: IdentityConfig) -> bool:
    """Whether a face is the one person that something else has named (1:1)."""
    return frames >= config.frames and distance <= config.verify_limit


def still_the_same(distance: float, frames: int, gallery: int, config: IdentityConfig) -> bool:
    """Whether a face that was identified a moment ago is still that person's; the 1:1 limit where that of 1:N is shorter."""
    return frames >= config.frames and distance <= max(config.verify_limit, limit(config, gallery))


def too_close(distance: float, gallery: int, config: IdentityConfig) -> bool:
    """Whether a new template lies so near an enrolled one that the margin rule could refuse both: to be flagged when enrolling."""
    return not distance > limit(config, gallery) + config.margin


def assurance(config: IdentityConfig, hour: int | None) -> Assurance:
    """What a face must bring along at this hour (0..23, local); None, when nobody knows the hour: the strictest of all."""
    if hour is None:
        return max((config.assurance, *(each.assurance for each in config.assurance_by_hour)), key=list(Assurance).index)
    return next((each.assurance for each in config.assurance_by_hour if _within(hour, each)), config.assurance)


def _within(hour: int, hours: AssuranceHours) -> bool:
    over_midnight = hours.from_hour >= hours.to_hour
    after, before = hour >= hours.from_hour, hour < hours.to_hour
    return after or before if over_midnight else after and before


class Attention:
    """Which tracked face was answered when, so that a person standing there is not refused five times in ten seconds.

    Only who was not known and now is gets the next answer at once: that one is no repeated refusal.
    """

    def __init__(self, again_s: float) -> None:
        self._again_s = again_s
        self._track, self._sure = -1, False
        self._until = float("-inf")

    def wants_answer(self, track: int, sure: bool, now: float) -> bool:
        """True once per track and pause, and once more when it is `sure` who that is; asking counts as answering."""
        if track == self._track and now < self._until and (self._sure or not sure):
            return False
        self._track, self._sure, self._until = track, sure, now + self._again_s
        return True
