"""The two files that an operator carries between stations: an invitation there, a package back. Their form, and the code beside each.

A file travels on a stick that others may hold, and neither station can tell from a public key whose it is. So each command prints a
code over every byte of its file; the operator reads it there and types it here. Without it an invitation could be exchanged for one
that leads the template to a thief, and a package for one that enrols a stranger.
"""

import base64
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, Field, ValidationError

from contract.consent import Language, NoticeVersion, TransferNumber
from contract.errors import explain
from contract.model import Model, PersonId, StationId

LONGEST = timedelta(days=7)
APART = timedelta(hours=1)
"""By how much the clocks of two stations may differ."""
MOST_BYTES = 64 * 1024
CODE_CHARS = 16
"""80 bits: to find a second file with the same code takes 2^80 tries."""
_CODE_GROUP = 4

Day = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"), AfterValidator(lambda day: date.fromisoformat(day).isoformat())]
Key = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Seconds = Annotated[int, Field(ge=0, le=2**40)]


class ParcelRefused(Exception):
    """Not the file it should be; says why and what to do."""


class Invitation(Model):
    """One station asks for the template of one person, once. `made` and `expires`: unix seconds by the clock of that station."""

    kind: Literal["smart-station invitation 1"] = "smart-station invitation 1"
    number: TransferNumber
    station: StationId
    person: PersonId
    engine: Annotated[str, Field(max_length=40)]
    public_key: Key
    made: Seconds
    expires: Seconds


class Package(Model):
    """The answer. Everything but `sealed` is in the associated data of the seal; `sender` is a key that was made for this one alone."""

    kind: Literal["smart-station package 1"] = "smart-station package 1"
    number: TransferNumber
    source: StationId
    destination: StationId
    person: PersonId
    engine: Annotated[str, Field(max_length=40)]
    made_on: Day | Literal[""]
    expires: Seconds
    notice: NoticeVersion
    language: Language
    agreed_on: Day
    sender: Key
    sealed: Annotated[str, Field(pattern=r"^[A-Za-z0-9+/=]{1,40000}$")]

    def about(self) -> dict[str, object]:
        """What the seal vouches for."""
        return self.model_dump(exclude={"sealed"})

    def seal(self) -> bytes:
        """Raises: ParcelRefused."""
        try:
            return base64.b64decode(self.sealed, validate=True)
        except ValueError:
            raise ParcelRefused("the package is damaged") from None


Parcel = TypeVar("Parcel", Invitation, Package)


def write(parcel: Invitation | Package) -> bytes:
    """The file."""
    return parcel.model_dump_json(indent=1).encode() + b"\n"


def read(kind: type[Parcel], content: bytes, typed: str) -> Parcel:
    """What is in a file whose code somebody typed.

    Raises:
        ParcelRefused: another file than the one that the code was printed for, or none of this kind.
    """
    name = kind.__name__.lower()
    if len(content) > MOST_BYTES:
        raise ParcelRefused(f"this is no {name}: it is too long")
    if _plain(typed) != _plain(code(content)):
        raise ParcelRefused(f"the code does not belong to this {name}: type the one that was printed with it; if it was, the file was changed on its way")
    try:
        return kind.model_validate_json(content)
    except ValidationError as error:
        raise ParcelRefused(f"this is no {name} of this version: {explain(error, 'docs/privacy.md')[:300]}") from None


def code(content: bytes) -> str:
    """Four groups of four letters and digits over the whole file."""
    plain = base64.b32encode(sha256(b"smart-station parcel" + content).digest()).decode()[:CODE_CHARS]
    return "-".join(plain[start : start + _CODE_GROUP] for start in range(0, CODE_CHARS, _CODE_GROUP))


def seconds(at: datetime) -> int:
    """Unix seconds."""
    return int(at.timestamp())


def told(at: int) -> str:
    """For a message: UTC, to the minute."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M UTC")


def _plain(typed: str) -> str:
    return "".join(letter for letter in typed.upper() if letter.isalnum())
