"""Orders to stations: open a door once, restart, blink, maintenance, say the roster again. Each with a reason, a person, and what became of it."""

from __future__ import annotations

import json
import re
from typing import Annotated, Self

from fastapi import APIRouter, HTTPException, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from cloud.api.caller import caller
from cloud.api.parts import Parts, utc
from cloud.api.roles import ORDERS, demand
from cloud.domain.orders import Ordered, OrderState
from contract.model import StationId
from contract.orders import OrderKind
from contract.signing import Flaw

MAINTENANCE_MIN = 30


class OrderIn(BaseModel):
    """`reason` goes into the audit of the cloud and of the station, and into its facts."""

    model_config = ConfigDict(extra="forbid")

    order: OrderKind
    reason: Annotated[str, Field(min_length=3, max_length=200)]
    minutes: Annotated[int, Field(ge=1, le=120)] | None = Field(None, description=f"min, of maintenance only; {MAINTENANCE_MIN} when not told")

    @field_validator("reason")
    @classmethod
    def _says_something(cls, reason: str) -> str:
        if not reason.isprintable() or len(reason.strip()) < 3:
            raise ValueError("say in plain words, 3 characters at least, why")
        return reason.strip()

    @model_validator(mode="after")
    def _minutes_fit(self) -> Self:
        if self.minutes is not None and self.order is not OrderKind.MAINTENANCE:
            raise ValueError("minutes: only maintenance lasts")
        return self


class OrderView(BaseModel):
    """`words` say the state to people; `flaw` why the station refused. `no_answer`: it may have been carried out."""

    id: str
    station: str
    order: OrderKind
    minutes: int | None
    operator: str
    reason: str
    state: OrderState
    words: str
    flaw: Flaw | None
    at: str = Field(description="when it was given")
    changed_at: str


class OrdersView(BaseModel):
    """The newest first."""

    items: list[OrderView]


def view(one: Ordered) -> OrderView:
    """As the API shows it."""
    return OrderView(
        id=one.id, station=one.station, order=one.order, minutes=one.minutes, operator=one.operator, reason=one.reason, state=one.state,
        words=one.words, flaw=one.flaw, at=utc(one.asked_ms), changed_at=utc(one.changed_ms),
    )  # fmt: skip


def operator_name(name: str) -> str:
    """As it can stand in an order: names of tokens are free text."""
    return re.sub(r"[^a-z0-9._-]", "-", name.lower()).lstrip("._-")[:40] or "unnamed"


def routes(parts: Parts) -> APIRouter:
    """`/stations/{station}/orders` and `/orders/{id}`."""
    router = APIRouter(tags=["orders"])

    @router.post("/stations/{station}/orders", status_code=202)
    def give(request: Request, station: StationId, body: OrderIn) -> OrderView:
        """Give it. The answer says how far it came at once; what became of it is at `/orders/{id}` within half a minute."""
        who = caller(request)
        row = parts.stations.one(station)
        if row is None:
            raise HTTPException(404, f"no station {station!r} was ever heard of")
        demand(who, ORDERS[body.order.value], row.state.district if row.state else "")
        minutes = body.minutes or (MAINTENANCE_MIN if body.order is OrderKind.MAINTENANCE else None)
        asked = {"reason": body.reason} | ({"minutes": minutes} if minutes else {})
        parts.audit.note(who.name, f"order.{body.order.value}", station, json.dumps(asked, ensure_ascii=False))
        return view(parts.orders.give(station, body.order, operator_name(who.name), body.reason, minutes))

    @router.get("/stations/{station}/orders")
    def of_station(station: StationId, limit: Annotated[int, Query(ge=1, le=500)] = 50) -> OrdersView:
        """What was ordered there."""
        return OrdersView(items=[view(one) for one in parts.orders.of(station, limit)])

    @router.get("/orders/{id}")
    def one(order_id: Annotated[str, Path(alias="id", pattern=r"^[0-9a-f]{16}$")]) -> OrderView:
        """One, and what became of it."""
        found = parts.orders.one(order_id)
        if found is None:
            raise HTTPException(404, f"no order {order_id}")
        return view(found)

    return router
