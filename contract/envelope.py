"""Station, epoch, seq, boot, wall time, uptime and clock state around a payload; and the end-to-end acknowledgement.

Dedupe key: (station, epoch, seq). An epoch is drawn when an outbox database is made and stays with it over restarts; seq counts
up by one within it. Facts and samples have an outbox, and so an epoch, each.
"""

from enum import StrEnum
from typing import Annotated, Literal, TypeVar

from pydantic import Field, ValidationError

from contract.errors import ContractError, explain
from contract.facts import Fact
from contract.model import Model, StationId, Token
from contract.samples import Samples
from contract.times import At, iso

__all__ = ["Ack", "At", "ClockState", "E", "EnvelopeRefused", "FactEnvelope", "Header", "LooseEnvelope", "SamplesEnvelope", "Seq", "decode", "iso"]

Seq = Annotated[int, Field(strict=True, ge=1, le=2**53)]


class ClockState(StrEnum):
    """How far `at` may be believed; a field of points, never a tag. `derived`: recorded with an unsure clock, `at` computed from `up` in
    the same boot once the clock was trusted, before the row was first sent."""

    TRUSTED = "trusted"
    DERIVED = "derived"
    UNSURE = "unsure"


class Header(Model):
    """What is known of a message even where its payload is not understood."""

    v: Literal[1]
    station: StationId
    epoch: Token
    seq: Seq
    base: Seq = Field(description="the oldest seq that the station still holds; all below it were acknowledged or declared lost")
    boot: Token
    at: At
    up: float = Field(ge=0, description="monotonic seconds of the station's clock")
    clock: ClockState


class FactEnvelope(Header):
    """On `evt`; on `alarm`, in the same epoch and count, when it tells of something that cannot wait."""

    type: Literal["fact"] = "fact"
    data: Fact


class SamplesEnvelope(Header):
    """On `tele`, compressed (contract/packing.py)."""

    type: Literal["samples"] = "samples"
    data: Samples


class LooseEnvelope(Header):
    """An envelope whose payload nobody looked into: enough to file it as refused and to acknowledge it."""

    type: str = Field(max_length=24)
    data: object


class Ack(Model):
    """On `ack`: the cloud has committed every seq of this epoch up to and including `upto`. Repeated, cumulative.

    `ahead`: inclusive ranges beyond the first hole that are committed too, newest first: they need not be sent again and are still not
    deleted. Only `upto` deletes.
    """

    epoch: Token
    upto: int = Field(ge=0, le=2**53)
    ahead: tuple[tuple[Seq, Seq], ...] = Field((), max_length=8)


class EnvelopeRefused(ContractError):
    """A payload that is no envelope. `header` is what could be read of it, None when nothing."""

    def __init__(self, text: str, header: Header | None = None) -> None:
        super().__init__(text)
        self.header = header


E = TypeVar("E", bound=Header)


def decode(raw: bytes, kind: type[E]) -> E:
    """A validated envelope.

    Raises:
        EnvelopeRefused: with the reason in words, and with `header` when at least that was sound.
    """
    try:
        return kind.model_validate_json(raw)
    except ValidationError as error:
        raise EnvelopeRefused(explain(error, "docs/telemetry.md")[:500], _header(raw)) from None


def _header(raw: bytes) -> Header | None:
    try:
        return LooseEnvelope.model_validate_json(raw)
    except ValidationError:
        return None
