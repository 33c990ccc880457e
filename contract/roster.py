"""Who has a right at a station: people, entitlements, code digests. No names, no templates.

A code is a person number and a PIN. What travels is a digest: scrypt over the PIN with the roster's salt and the number. It does
not make four digits strong; the tries at the door do. It keeps a PIN out of messages, files and dumps.
"""

import hashlib
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, ValidationError, model_validator

from contract.errors import ContractError, explain
from contract.leases import Allowance
from contract.model import Model, PersonId
from contract.ticket import TicketKey

PersonNumber = Annotated[str, Field(pattern=r"^[0-9]{4,6}$")]
PIN_PATTERN = r"[0-9]{4,8}"
PHONE_PATTERN = r"[0-9]{4}"
QR_PATTERN = r"SSC:([0-9]{4,6}):(" + PIN_PATTERN + ")"
"""The text of a printed code card."""

SCRYPT_N, SCRYPT_R, SCRYPT_P = 2**13, 8, 1
"""About 20 ms and 8 MiB a try on a small board: never on the deciding thread."""


class Entitlement(Model):
    """What a person may draw a day, over the station's own default when null."""

    water_ml_per_day: Annotated[int, Field(ge=0, le=20_000)] | None = None
    socket_min_per_day: Annotated[int, Field(ge=0, le=1440)] | None = None
    bottles_per_day: Annotated[int, Field(ge=0, le=100)] | None = None


class FaceRight(StrEnum):
    """Whether a station may keep this person's face. `withdrawn` reaches stations that were offline at the time."""

    ALLOWED = "allowed"
    WITHDRAWN = "withdrawn"


class Role(StrEnum):
    """`steward`: restocks, cleans and mends; may open maintenance at the screen."""

    VISITOR = "visitor"
    STEWARD = "steward"


class Person(Model):
    """One entry; `phone_last4_digest` is asked for when a face is not sure.

    `label` is what the screen may greet with, chosen by the person, None for none.
    """

    person: PersonId
    number: PersonNumber | None = None
    code_digest: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None
    phone_last4_digest: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None
    label: Annotated[str, Field(max_length=24)] | None = None
    entitlement: Entitlement = Entitlement()
    face: FaceRight = FaceRight.ALLOWED
    role: Role = Role.VISITOR
    duress_digest: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = Field(None, description="of a second PIN: opens, and calls for help in silence")

    @model_validator(mode="after")
    def _pins_differ(self) -> Self:
        if self.duress_digest is not None and self.duress_digest == self.code_digest:
            raise ValueError(f"{self.person}: the duress PIN must be another than the PIN")
        return self


class Roster(Model):
    """The whole document; `version` never goes back."""

    version: Annotated[int, Field(ge=1, le=2**53)]
    salt: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
    people: Annotated[list[Person], Field(max_length=5000)]
    ticket_keys: Annotated[list[TicketKey], Field(max_length=2)] = Field([], description="whose tickets open; two during a change of keys")
    offline_allowance: Allowance = Field(Allowance(), description="what each station gives beyond its lease, where quotas are shared")

    @model_validator(mode="after")
    def _keys_differ(self) -> Self:
        if len({key.id for key in self.ticket_keys}) < len(self.ticket_keys):
            raise ValueError(f"two ticket_keys have the id {self.ticket_keys[0].id}")
        return self

    @model_validator(mode="after")
    def _no_two_alike(self) -> Self:
        for field in ("person", "number"):
            values = [getattr(entry, field) for entry in self.people if getattr(entry, field) is not None]
            twice = next((value for value in values if values.count(value) > 1), None) if len(set(values)) < len(values) else None
            if twice is not None:
                raise ValueError(f"two people have the {field} {twice}")
        return self


class RosterRefused(ContractError):
    """A roster that breaks the contract; nothing of it is applied."""


def decode(raw: bytes) -> Roster:
    """Raises: RosterRefused."""
    try:
        return Roster.model_validate_json(raw)
    except ValidationError as error:
        raise RosterRefused(explain(error, "docs/telemetry.md")[:500]) from None


class RosterReport(Model):
    """On `roster/reported`: which version is in force, and why a newer one was refused, if one was."""

    version: Annotated[int, Field(ge=0, le=2**53)]
    people: Annotated[int, Field(ge=0, le=5000)]
    refused: Annotated[str, Field(max_length=500)] | None = None


def code_digest(salt: str, number: str, pin: str) -> str:
    """64 hexadecimal digits."""
    material = bytes.fromhex(salt) + number.encode()
    return hashlib.scrypt(pin.encode(), salt=material, n=SCRYPT_N, r=SCRYPT_R, p=SCRYPT_P, dklen=32).hex()


def phone_key(person: str) -> str:
    """Stands in a digest where the number of a code stands: no digest of digits fits a second person, or a PIN."""
    return f"phone:{person}"


def phone_digest(salt: str, person: str, last4: str) -> str:
    """64 hexadecimal digits over the last four digits of a telephone number; opens nothing without the person's face."""
    return code_digest(salt, phone_key(person), last4)
