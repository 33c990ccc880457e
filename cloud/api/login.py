"""Logging in by name and password; the token lasts 30 minutes and may be renewed for 12 hours."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, HTTPException, Request
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from cloud.api.auth import bearer
from cloud.api.caller import caller
from cloud.api.parts import Parts, utc
from cloud.domain.accounts import LONGEST, Opened, Session
from cloud.domain.callers import Role
from cloud.errors import PasswordWrong, TooManyTries

Password = Annotated[SecretStr, Field(max_length=2 * LONGEST)]


class LoginIn(BaseModel):
    """Of a person."""

    model_config = ConfigDict(extra="forbid")

    user: str = Field(max_length=64)
    password: Password


class PasswordIn(BaseModel):
    """The password again."""

    model_config = ConfigDict(extra="forbid")

    password: Password


class NewPasswordIn(PasswordIn):
    """And another one in its place; every other login ends."""

    new_password: Password


class LoginView(BaseModel):
    """`token` is shown only now."""

    token: str
    expires_at: str = Field(description="POST /renew before")
    ends_at: str = Field(description="renewed or not")
    name: str
    role: Role
    districts: list[str] = Field(description="empty: all")


class StepUpView(BaseModel):
    """Until when what asks for the password is done without asking again."""

    until: str


class MeView(BaseModel):
    """Whoever asks. The times are those of a login; null for a program's token."""

    name: str
    role: Role
    districts: list[str]
    human: bool = Field(description="logged in by name and password")
    expires_at: str | None
    ends_at: str | None
    stepped_up_until: str | None


def routes(parts: Parts) -> APIRouter:
    """`/login`, `/renew`, `/step-up`, `/logout`, `/me`."""
    router = APIRouter(tags=["login"])

    @router.post("/login")
    def login(body: LoginIn, request: Request) -> LoginView:
        """An unknown name and a wrong password get one answer."""
        try:
            return _view(parts.accounts.log_in(body.user, body.password.get_secret_value(), address(request)))
        except (PasswordWrong, TooManyTries) as error:
            raise refusal(error, 401) from None

    @router.post("/renew")
    def renew(request: Request) -> LoginView:
        """Another token in place of this one, which ends half a minute later."""
        opened = parts.accounts.renew(bearer(request))
        if opened is None:
            raise over()
        return _view(opened)

    @router.post("/step-up")
    def step_up(body: PasswordIn, request: Request) -> StepUpView:
        """The password again, for five minutes."""
        try:
            session = parts.accounts.step_up(bearer(request), body.password.get_secret_value(), address(request))
        except (PasswordWrong, TooManyTries) as error:
            raise refusal(error) from None
        if session is None:
            raise over()
        return StepUpView(until=utc(session.stepped_ms))

    _of_myself(router, parts)
    return router


def _of_myself(router: APIRouter, parts: Parts) -> None:
    @router.post("/logout", status_code=204)
    def logout(request: Request) -> None:
        """The token is over."""
        parts.accounts.log_out(bearer(request))

    @router.get("/me")
    def me(request: Request) -> MeView:
        """Who asks, and until when."""
        token = bearer(request)
        return _me(request, parts.accounts.session(token) if token else None)

    @router.put("/me/password", status_code=204)
    def new_password(body: NewPasswordIn, request: Request) -> None:
        """One's own; this login stays."""
        old, new = body.password.get_secret_value(), body.new_password.get_secret_value()
        try:
            if not parts.accounts.new_password(bearer(request), old, new, address(request)):
                raise over()
        except (PasswordWrong, TooManyTries) as error:
            raise refusal(error) from None


def address(request: Request) -> str:
    """Where it came from."""
    return request.client.host if request.client else ""


def refusal(error: PasswordWrong | TooManyTries, status: int = 403) -> HTTPException:
    """In words that do not tell which names there are. Who is logged in stays so: only the login itself answers 401."""
    if isinstance(error, TooManyTries):
        return HTTPException(429, f"too many tries: wait {error.wait_s} s", {"Retry-After": str(error.wait_s)})
    return HTTPException(status, "name and password do not match: check both and type them again")


def over() -> HTTPException:
    """A login that ended while the request was under way."""
    return HTTPException(401, "the login is over: log in again", {"WWW-Authenticate": "Bearer"})


def _view(opened: Opened) -> LoginView:
    session = opened.session
    return LoginView(
        token=opened.token, expires_at=utc(session.until_ms), ends_at=utc(session.ends_ms), name=session.caller.name, role=session.caller.role,
        districts=sorted(session.caller.districts),
    )  # fmt: skip


def _me(request: Request, session: Session | None) -> MeView:
    who = caller(request)
    times = (session.until_ms, session.ends_ms, session.stepped_ms) if session else (0, 0, 0)
    expires, ends, stepped = (utc(ms) if ms else None for ms in times)
    return MeView(
        name=who.name, role=who.role, districts=sorted(who.districts), human=who.human, expires_at=expires, ends_at=ends,
        stepped_up_until=stepped if who.stepped_up else None,
    )  # fmt: skip
