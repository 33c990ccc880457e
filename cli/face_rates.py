"""Error rates of trials under a decision rule, with counts and Clopper-Pearson bounds. Pure.

FPIR: a visitor who is not enrolled is taken for somebody. FNIR: one who is enrolled is not identified as himself or herself.
Wrong person: the part of the latter that was taken for somebody else.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import inf

from cli.face_trials import Trial
from contract.config import IdentityConfig
from edge.domain.identity import Identified, decide
from edge.domain.sight import FaceCompared
from edge.faces.engine.bounds import upper_bound

Rule = Callable[[Trial], bool | None]
"""True: the right person, False: somebody else, None: nobody identified."""
OWN, OTHER = "own", "other"


@dataclass(frozen=True)
class Rates:
    """Counts of one series of trials."""

    non_mated: int
    accepted: int
    mated: int
    missed: int
    wrong: int

    @property
    def fpir(self) -> float:
        return self.accepted / self.non_mated if self.non_mated else 0.0

    @property
    def fnir(self) -> float:
        return self.missed / self.mated if self.mated else 0.0

    @property
    def fpir_upper(self) -> float:
        return upper_bound(self.accepted, self.non_mated)

    @property
    def fnir_upper(self) -> float:
        return upper_bound(self.missed, self.mated)

    @property
    def wrong_person(self) -> float:
        return self.wrong / self.mated if self.mated else 0.0


def rates(series: list[Trial], rule: Rule) -> Rates:
    """What the rule makes of the trials."""
    strange = [rule(trial) for trial in series if trial.own is None]
    known = [rule(trial) for trial in series if trial.own is not None]
    missed = sum(answer is not True for answer in known)
    return Rates(len(strange), sum(answer is not None for answer in strange), len(known), missed, known.count(False))


def shipped(config: IdentityConfig, gallery: int) -> Rule:
    """The station's own decision, `edge.domain.identity.decide`."""

    def rule(trial: Trial) -> bool | None:
        verdict = decide(compared(trial, config.frames, gallery), config)
        return verdict.person == OWN if isinstance(verdict, Identified) else None

    return rule


def plain(trial: Trial) -> bool | None:
    """face_recognition's default."""
    return trial.plain


def compared(trial: Trial, frames: int, gallery: int) -> FaceCompared:
    """The trial as the face process would report it."""
    own = inf if trial.own is None else trial.own
    if own < trial.other:
        return FaceCompared(0, frames, OWN, own, trial.other, gallery, 0.0)
    return FaceCompared(0, frames, OTHER, trial.other, min(own, trial.next_other), gallery, 0.0)
