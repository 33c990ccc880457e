"""Rollouts: a draft, its documents, and what a person does to it. What becomes of it is in cloud/domain/rollout.py."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Body, Path, Query, Request

from cloud.api import configs
from cloud.api.caller import caller
from cloud.api.parts import Parts, utc
from cloud.api.rollout_views import (
    ActView,
    DocumentsIn,
    Made,
    PutView,
    ReasonIn,
    RolloutIn,
    RolloutPage,
    RolloutView,
    SeatPage,
    act_view,
    line,
    seat_view,
    view,
)
from cloud.domain.rollout import Options
from cloud.domain.rollout_acts import Act
from cloud.domain.seats import SeatState
from cloud.domain.uploads import Upload
from contract.model import StationId

Id = Annotated[str, Path(pattern=r"^r[0-9]{1,9}$", description="as POST /rollouts gave it")]


def routers(parts: Parts) -> list[APIRouter]:
    """For the process that runs rollouts."""
    return [routes(parts), configs.routes(parts)]


def routes(parts: Parts) -> APIRouter:
    """`/rollouts` and what is below."""
    router = APIRouter(tags=["rollouts"])
    _reading(router, parts)
    _drafting(router, parts)
    for what in Act:
        router.post(f"/rollouts/{{id}}/{what.value}", name=f"rollout_{what.value}", summary=f"{what.value.capitalize()} a rollout")(_acting(parts, what))

    @router.post("/rollouts/{id}/stations/{station}/cancel")
    def cancel(id: Id, station: StationId, request: Request, body: Annotated[ReasonIn | None, Body()] = None) -> ActView:
        """Leave one station out, or take it back; the others are not touched."""
        told = body or ReasonIn()
        before, done = parts.rollouts.cancel(id, station, caller(request).name, told.reason, told.dry_run)
        return act_view(before, done, told.dry_run)

    return router


def _reading(router: APIRouter, parts: Parts) -> None:
    @router.get("/rollouts")
    def rollouts() -> RolloutPage:
        """All, the newest first."""
        return RolloutPage(items=[line(one, many) for one, many in parts.rollouts.all()], as_of=utc(parts.clock_ms()))

    @router.get("/rollouts/{id}")
    def rollout(id: Id) -> RolloutView:
        """One, with its waves and its history."""
        return view(*parts.rollouts.one(id))

    @router.get("/rollouts/{id}/stations")
    def seats(
        id: Id, state: SeatState | None = None, wave: Annotated[int | None, Query(ge=0, le=20)] = None,
        after: Annotated[str, Query(max_length=32)] = "", limit: Annotated[int, Query(ge=1, le=2000)] = 200,
    ) -> SeatPage:  # fmt: skip
        """Its stations by name, of one state or wave."""
        found = [one for one in parts.rollouts.one(id)[0].seats.values() if state in (None, one.state) and wave in (None, one.wave)]
        page = sorted((one for one in found if one.station > after), key=lambda one: one.station)[: limit + 1]
        following = page[limit - 1].station if len(page) > limit else None
        return SeatPage(items=[seat_view(one) for one in page[:limit]], total=len(found), next=following)


def _drafting(router: APIRouter, parts: Parts) -> None:
    @router.post("/rollouts")
    def draft(body: RolloutIn, request: Request) -> Made:
        """A draft: nothing is sent before its start."""
        options = Options(
            tuple(body.waves), body.soak_s, body.station_timeout_s, body.failed_limit_ratio, body.failed_limit, body.judge, body.visits, body.patience_s,
        )  # fmt: skip
        made = parts.rollouts.draft(caller(request).name, body.name, body.reason, body.release, options)
        return Made(id=made.id, state=made.state)

    @router.put("/rollouts/{id}/documents")
    def put(id: Id, body: DocumentsIn, request: Request) -> PutView:
        """Signed documents, checked as the station will check them; the same may come again. At most 4 MiB a request."""
        after = parts.rollouts.put(id, [Upload(one.station, one.grade, one.document, one.undo) for one in body.items], caller(request).name)
        return PutView(id=after.id, state=after.state, taken=len(body.items), documents=len(after.seats))


Dry = Annotated[bool, Query(description="as in the body; said here, no password is asked for again")]


def _acting(parts: Parts, what: Act) -> Callable[..., ActView]:
    def act(id: Id, request: Request, body: Annotated[ReasonIn | None, Body()] = None, dry_run: Dry = False) -> ActView:
        told = body or ReasonIn()
        dry = dry_run or told.dry_run
        before, done = parts.rollouts.act(id, what, caller(request).name, told.reason, dry)
        return act_view(before, done, dry)

    return act
