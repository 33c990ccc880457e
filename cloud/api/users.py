"""Users: people who look after stations. A password goes in and never comes out."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Request
from pydantic import BaseModel, ConfigDict, Field

from cloud.api.caller import caller
from cloud.api.login import Password
from cloud.api.parts import Parts, utc
from cloud.domain.accounts import DISTRICT_PATTERN, NAME_PATTERN, Change, UserRow
from cloud.domain.callers import Role

Name = Annotated[str, Path(pattern=NAME_PATTERN)]
District = Annotated[str, Field(pattern=DISTRICT_PATTERN)]


class UserIn(BaseModel):
    """Replaces what was known; without `password` the one there is stays. A new password ends every login of the user."""

    model_config = ConfigDict(extra="forbid")

    role: Role
    districts: list[District] = Field([], max_length=200, description="of an operator: where they may act; empty: everywhere")
    password: Password | None = Field(None, description="12 to 128 characters")


class UserView(BaseModel):
    """A user; `login_at` null: never yet."""

    name: str
    role: Role
    districts: list[str]
    made_at: str
    password_at: str = Field(description="since when it is this password")
    login_at: str | None


class UsersView(BaseModel):
    """Everybody, by name."""

    items: list[UserView]


def routes(parts: Parts) -> APIRouter:
    """`/users`."""
    router = APIRouter(tags=["users"])

    @router.get("/users")
    def users() -> UsersView:
        """Who looks after stations."""
        return UsersView(items=[_view(one) for one in parts.accounts.users()])

    @router.put("/users/{name}")
    def put(name: Name, body: UserIn, request: Request) -> UserView:
        """Enter or change somebody; another role acts with their next request."""
        password = body.password.get_secret_value() if body.password is not None else None
        return _view(parts.accounts.put(Change(name, body.role, frozenset(body.districts), password, caller(request).name)))

    @router.delete("/users/{name}", status_code=204)
    def delete(name: Name, request: Request) -> None:
        """Every token of theirs is over at once."""
        if not parts.accounts.remove(name, caller(request).name):
            raise HTTPException(404, "nobody of this name looks after stations")

    return router


def _view(one: UserRow) -> UserView:
    return UserView(
        name=one.name, role=one.role, districts=sorted(one.districts), made_at=utc(one.made_ms), password_at=utc(one.password_ms),
        login_at=None if one.login_ms is None else utc(one.login_ms),
    )  # fmt: skip
