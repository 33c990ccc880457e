"""Who must have said that a face is alive before it opens a door: a passive model, or a device for infrared or depth."""

from typing import Annotated

from pydantic import AfterValidator, Field

from contract.model import Model, Name

PASSIVE = "passive"
"""The source that is a model in the face process; every other name is a device's."""


class LivenessSource(Model):
    """One whose word is required."""

    source: Name = Field(..., description="passive (the model of kiosk face liveness), or the name of a device")
    threshold: float = Field(..., gt=0, le=1, description="least ratio that counts as alive; measure it at the door")
    longest_age_s: float = Field(2, ge=0.2, le=10, description="s for which a judgement holds")


def _each_once(sources: tuple[LivenessSource, ...]) -> tuple[LivenessSource, ...]:
    names = [each.source for each in sources]
    if len(set(names)) < len(names):
        raise ValueError(f"liveness: sources must differ: {names}")
    return sources


LivenessSources = Annotated[tuple[LivenessSource, ...], Field(max_length=4), AfterValidator(_each_once)]
