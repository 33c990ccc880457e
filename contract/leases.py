"""Parts of a person's day that the cloud leases to stations: what a station asks for, what it is given, what it gives back.

A lease says what this station may draw in all of one kind for one person on one day. It is cumulative, so that repeating it changes
nothing, and numbered, so that an older one that comes late is known as such. docs/quota.md has the rules and why they add up.
"""

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from contract.model import Model, PersonId, SessionId, Token


class Kind(StrEnum):
    """What a quota counts; amounts are whole ml, bottles or minutes."""

    WATER_ML = "water_ml"
    BOTTLES = "bottles"
    SOCKET_MIN = "socket_min"


def _is_a_day(text: str) -> str:
    date.fromisoformat(text)
    return text


Day = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"), AfterValidator(_is_a_day)]
"""A quota day: the ISO date at the station."""
Drawn = Annotated[int, Field(ge=0, le=10**6)]
Number = Annotated[int, Field(ge=0, le=2**53)]


class Allowance(Model):
    """What each station gives a person on top of its lease: all that it may give without having heard from the cloud."""

    water_ml: Annotated[int, Field(ge=0, le=20_000)] = 300
    bottles: Annotated[int, Field(ge=0, le=100)] = 1
    socket_min: Annotated[int, Field(ge=0, le=1440)] = 30

    def of(self, what: Kind) -> int:
        """Whole ml, bottles or minutes."""
        return {Kind.WATER_ML: self.water_ml, Kind.BOTTLES: self.bottles, Kind.SOCKET_MIN: self.socket_min}[what]


class QuotaAsk(Model):
    """On `quota/ask`. `want`, `upto` and `spent` are totals of the day at this station; `number` is the newest lease it holds."""

    ask: SessionId = Field(description="comes back in the answer")
    epoch: Token = Field(description="of the station's ledger: a new ledger knows no leases and has an account of its own")
    person: PersonId
    what: Kind
    day: Day | None = Field(description="null while the station does not know the day")
    utc_offset_min: int = Field(ge=-840, le=840)
    ration: Drawn = Field(description="the whole day's quota where the roster does not name one")
    want: Drawn
    number: Number
    upto: Drawn
    spent: Drawn


class QuotaLease(Model):
    """On `quota/lease`: the station may draw `upto` in all. `rest` is what nobody has. Number 0: none for such a day."""

    ask: SessionId | None = None
    epoch: Token
    person: PersonId
    what: Kind
    day: Day | None
    number: Number
    upto: Drawn
    rest: Drawn
    at_s: Annotated[int, Field(ge=0, le=4_102_444_800)] | None = Field(None, description="the cloud's own time, unix seconds, in answers only")


class QuotaReturned(Model):
    """A visit is over: leases up to this number are good for `spent` and no more. Also told where the allowance was drawn."""

    kind: Literal["quota_returned"] = "quota_returned"
    person: PersonId
    what: Kind
    day: Day
    lease: Number
    spent: Drawn
