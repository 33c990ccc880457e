"""Orders: what may open or restart something from afar. Signed by a delegated key, for one station, once, within 15 s.

The station gives a challenge when asked; the order echoes it. A challenge is of one boot, drawn at random, good for one order and for
CHALLENGE_S of the station's monotonic time, and kept in memory only: nothing that was recorded opens anything later, whatever the clocks do.
"""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from contract.model import Model, StationId
from contract.signing import Flaw, Signed
from contract.times import At
from contract.words import Text

CHALLENGE_S = 15.0
"""From its issue, by the station's monotonic clock."""
CHALLENGES = 4
"""Open at a time; asking for more forgets the oldest."""
UNLOCKS_PER_HOUR = 6

OrderId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")]
Challenge = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{8}-[0-9a-f]{32}$")]
"""Boot and 128 random bits."""
Operator = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{0,39}$")]


class OrderKind(StrEnum):
    """`unlock`: the strike, once, for door.unlock_s. `maintenance`: a steward mode for `minutes` without a steward's code."""

    UNLOCK = "unlock"
    RESTART = "restart"
    IDENTIFY = "identify"
    MAINTENANCE = "maintenance"
    REFRESH_ROSTER = "refresh_roster"


class Order(Model):
    """What is signed."""

    type: Literal["order"] = "order"
    station: StationId
    id: OrderId
    order: OrderKind
    challenge: Challenge
    operator: Operator
    reason: Annotated[str, Field(min_length=3, max_length=200)]
    issued: At
    minutes: Annotated[int, Field(ge=1, le=120, strict=True)] | None = Field(None, description="min, of maintenance only")


class ChallengePlease(Model):
    """On `cmd`, unsigned: it can open nothing."""

    kind: Literal["challenge_please"] = "challenge_please"
    id: OrderId


class SignedOrder(Model):
    """On `cmd`, never retained. The delegation comes along, so that a station needs nothing but its root."""

    kind: Literal["order"] = "order"
    id: OrderId = Field(description="that of the order inside, to answer by when it can not be read")
    delegation: Signed
    order: Signed


class OrderCarriedOut(Model):
    """Fact: done, or begun where it takes a while. It stands in the ledger before anything is switched on."""

    kind: Literal["order_carried_out"] = "order_carried_out"
    id: OrderId
    order: OrderKind
    operator: Operator
    reason: Text
    audit: Annotated[str, Field(max_length=64)] = Field("", description="hash of the entry in the station's audit chain")


class OrderRefused(Model):
    kind: Literal["order_refused"] = "order_refused"
    id: Text = Field(description="as far as it could be read")
    flaw: Flaw
    reason: Text
    count: Annotated[int, Field(ge=1)] = Field(1, description="how many since the last such fact: a flood makes one fact a minute")


OrderFact = OrderCarriedOut | OrderRefused
