"""People: who has a right at the stations. A PIN goes in and never comes out."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from cloud.api.caller import note
from cloud.api.parts import Parts
from cloud.ports import PersonRow
from contract.model import PersonId
from contract.roster import Entitlement, Role


class PersonIn(BaseModel):
    """What is known of somebody; replaces what was known. Without `pin`, `phone_last4`, `duress_pin` or `role` an existing one stays."""

    model_config = ConfigDict(extra="forbid")

    number: Annotated[str, Field(pattern=r"^[0-9]{4,6}$")] | None = None
    pin: SecretStr | None = Field(None, description="4 to 8 digits; only a digest is kept")
    phone_last4: SecretStr | None = Field(None, description="last 4 digits of the telephone number, asked when a face is not sure; only a digest is kept")
    duress_pin: SecretStr | None = Field(
        None, description="a second PIN that opens like the first and calls for help in silence; empty: none; only a digest is kept"
    )
    label: Annotated[str, Field(max_length=24)] | None = Field(None, description="what the screen may greet with")
    role: Role | None = Field(None, description="steward: restocks, cleans, mends; opens maintenance at the screen with the PIN; visitor: none of it")
    entitlement: Entitlement = Entitlement()


class PersonView(BaseModel):
    """Somebody with a right."""

    person: str
    number: str | None
    label: str | None
    has_pin: bool
    has_phone: bool
    has_duress: bool
    role: Role
    entitlement: Entitlement


class PeopleView(BaseModel):
    """Everybody, and the version of the roster that stations should have; 0 for none."""

    items: list[PersonView]
    roster_version: int


Name = Annotated[PersonId, Path(description="a pseudonym, never a name")]


def _view(row: PersonRow) -> PersonView:
    return PersonView(
        person=row.person, number=row.number, label=row.label, has_pin=row.has_pin, has_phone=row.has_phone,
        has_duress=row.has_duress, role=row.role, entitlement=row.entitlement,
    )


def reading(parts: Parts) -> APIRouter:
    """`GET /people`. Always asks for a token: numbers and labels are about people."""
    router = APIRouter(tags=["people"])

    @router.get("/people")
    def people() -> PeopleView:
        """Everybody with a right at the stations."""
        roster = parts.people.roster()
        return PeopleView(items=[_view(row) for row in parts.people.all()], roster_version=roster.version if roster else 0)

    return router


def writing(parts: Parts) -> APIRouter:
    """`PUT` and `DELETE /people/{person}`."""
    router = APIRouter(tags=["people"])

    @router.put("/people/{person}")
    def put(person: Name, body: PersonIn, request: Request) -> PersonView:
        """Enter or replace somebody; every station gets the new roster."""
        pin = body.pin.get_secret_value() if body.pin is not None else None
        phone = body.phone_last4.get_secret_value() if body.phone_last4 is not None else None
        duress = body.duress_pin.get_secret_value() if body.duress_pin is not None else None
        row = parts.people.put(
            person, number=body.number, pin=pin, label=body.label, entitlement=body.entitlement, phone_last4=phone, duress_pin=duress, role=body.role
        )
        secrets = [name for name in ("pin", "phone_last4", "duress_pin") if getattr(body, name) is not None]
        note(parts.audit, request, "person.put", person, role=row.role.value, entitlement=row.entitlement.model_dump(), new=secrets)
        return _view(row)

    @router.delete("/people/{person}", status_code=204)
    def delete(person: Name, request: Request) -> None:
        """Take away every right."""
        parts.people.remove(person)
        note(parts.audit, request, "person.remove", person)

    return router
