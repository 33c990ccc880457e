"""The retained `state` of a station, which is also its last will. Presence is read from it, never guessed from silence alone."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from contract.envelope import At
from contract.facts import FaultCode
from contract.model import Model, StationId, Token


class Link(StrEnum):
    """`online` is said by the station; `lost` by the broker in its name (last will); `stopped` on an orderly end."""

    ONLINE = "online"
    LOST = "lost"
    STOPPED = "stopped"


class FaultState(Model):
    """One latched fault."""

    fault: FaultCode
    part: str = Field(max_length=48)


class State(Model):
    """`session` grows by one with each connection of a boot, so that an old will is known as old."""

    station: StationId
    link: Link
    boot: Token
    session: Annotated[int, Field(ge=0)]
    at: At
    version: str = Field(max_length=40)
    name: str = Field(max_length=60)
    city: str = Field(max_length=40)
    district: str = Field(max_length=40)
    door: str = Field(max_length=24)
    inside: Annotated[int, Field(ge=0, le=1000)]
    outbox: Annotated[int, Field(ge=0)] = Field(description="facts not yet acknowledged")
    batches: Annotated[int, Field(ge=0)] = Field(0, description="batches of samples not yet acknowledged")
    latitude: float | None = Field(None, ge=-90, le=90, description="degrees WGS 84; null: not told")
    longitude: float | None = Field(None, ge=-180, le=180, description="degrees WGS 84")
    config: str = Field("", max_length=64, description="SHA-256 of the configuration in force, as station_started gives it")
    roster: Annotated[int, Field(ge=0)] = Field(description="version of the roster in force, 0 for none")
    faults: list[FaultState] = Field(max_length=64)
    level: Annotated[int, Field(ge=1, le=10_000)] = Field(5, description="contract level of the station's release; 5: from before levels were told")
