"""How a time travels: UTC, milliseconds, as text."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, PlainSerializer


def iso(at: datetime) -> str:
    """UTC with milliseconds and Z: `2026-11-21T03:20:00.123Z`."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _in_utc(at: datetime) -> datetime:
    """Of the last hours of the year 9999 and the first of the year 1 some have no UTC: then without their offset, so that nothing trips over them."""
    try:
        return at.astimezone(UTC)
    except OverflowError:
        return at.replace(tzinfo=UTC)


def _text(at: object) -> object:
    """A number is no time: pydantic would take it, also as text, for seconds since 1970."""
    if isinstance(at, datetime) or (isinstance(at, str) and at[4:5] == "-"):
        return at
    raise ValueError("a time is text such as 2026-11-21T03:20:00.123Z")


At = Annotated[AwareDatetime, BeforeValidator(_text), AfterValidator(_in_utc), PlainSerializer(iso, when_used="json")]
