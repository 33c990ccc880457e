"""Quotas that stations share: what each has of a person's day, and the bound that holds whatever fails."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel

from cloud.api.parts import Parts
from cloud.domain.leases import PersonDay
from contract.leases import Kind
from contract.model import PersonId


class ExcessView(BaseModel):
    """`excess`: allowance times stations, reached only if a person walks to every station while none has a line; 0 for one station."""

    what: Kind
    offline_allowance: int
    stations: int
    excess: int


class BoundView(BaseModel):
    """Whole ml, bottles, minutes. `day` is today in the city."""

    day: str
    items: list[ExcessView]


class ShareView(BaseModel):
    """`upto`: may be drawn there in all; `spent`: as far as the station told."""

    station: str
    upto: int
    spent: int


class PersonDayView(BaseModel):
    """`most`: what can be drawn at the stations that have a part, whatever fails."""

    what: Kind
    quota: int
    rest: int
    most: int
    shares: list[ShareView]


class PersonQuotaView(BaseModel):
    """Kinds that nobody asked for today are not listed."""

    person: str
    day: str
    items: list[PersonDayView]


def reading(parts: Parts) -> APIRouter:
    """`GET /quota/bound`."""
    router = APIRouter(tags=["quota"])

    @router.get("/quota/bound")
    def bound() -> BoundView:
        """How much more than a quota one person can draw in a day at worst."""
        items = [ExcessView(what=e.what, offline_allowance=e.allowance, stations=e.stations, excess=e.excess) for e in parts.leases.bound()]
        return BoundView(day=parts.leases.today(), items=items)

    return router


def of_person(parts: Parts) -> APIRouter:
    """`GET /people/{person}/quota`. Always asks for a token: it is about somebody."""
    router = APIRouter(tags=["quota"])

    def view(day: PersonDay) -> PersonDayView:
        shares = [ShareView(station=s.station, upto=s.upto, spent=s.spent) for s in day.shares]
        return PersonDayView(what=day.what, quota=day.quota, rest=day.rest, most=parts.leases.most(day), shares=shares)

    @router.get("/people/{person}/quota")
    def quota(person: Annotated[PersonId, Path(description="a pseudonym, never a name")]) -> PersonQuotaView:
        """Who has how much of this person's day."""
        return PersonQuotaView(person=person, day=parts.leases.today(), items=[view(day) for day in parts.leases.person(person)])

    return router
