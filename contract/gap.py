"""What a station could not keep, said by itself: a gap in its measurements is told, never hidden. Facts are never given up."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, PlainSerializer

from contract.model import Model
from contract.words import Count


class Loss(StrEnum):
    """What happened to samples. `thinned`: every second instant went, so that the rest fits; `dropped`: all of that span went;
    `not_recorded`: the disk did not take them."""

    THINNED = "thinned"
    DROPPED = "dropped"
    NOT_RECORDED = "not_recorded"


def _iso(at: AwareDatetime) -> str:
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")


Since = Annotated[AwareDatetime, PlainSerializer(_iso, when_used="json")]


class GapRecorded(Model):
    """Said before the samples go, so that a power cut between the two tells of a gap that is none, never hides one."""

    kind: Literal["gap_recorded"] = "gap_recorded"
    loss: Loss
    since: Since = Field(description="station's time of the oldest instant concerned")
    until: Since = Field(description="of the newest")
    instants: Count = Field(description="how many instants went")
