"""The phone page's two questions: sign in with number and PIN, and what is my ticket now.

A session is a cookie that scripts cannot read and other sites cannot send. It is a right of its own kind: no other route looks at it.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Cookie, HTTPException, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from cloud.api.caller import note
from cloud.api.parts import Parts
from cloud.errors import CodeWrong, SignedOut, TooManyTries
from contract.model import PersonId, StationId
from contract.roster import PIN_PATTERN, PersonNumber

COOKIE = "kiosk_phone"
PATH = "/api/v1/phone"
HOURS = 12


class CodeIn(BaseModel):
    """What somebody also types at a door."""

    model_config = ConfigDict(extra="forbid")

    number: PersonNumber
    pin: Annotated[SecretStr, Field(min_length=4, max_length=8, json_schema_extra={"pattern": f"^{PIN_PATTERN}$"})]


class SessionView(BaseModel):
    """Signed in."""

    hours: int = HOURS


class TicketView(BaseModel):
    """A ticket and the QR code to show: good once, at any station unless one was named."""

    ticket: str
    seconds_left: float
    svg: str = Field(description="black on white with its quiet zone; no size of its own")


Session = Annotated[str, Cookie(alias=COOKIE, max_length=100)]


def routes(parts: Parts) -> APIRouter:
    """`/phone/session`, `/phone/ticket`."""
    router = APIRouter(tags=["phone"])

    @router.post("/phone/session")
    def sign_in(body: CodeIn, request: Request, response: Response) -> SessionView:
        """Sign in. An unknown number and a wrong PIN get one answer."""
        address = request.client.host if request.client else ""
        try:
            token = parts.phones.sign_in(body.number, body.pin.get_secret_value(), address)
        except CodeWrong:
            raise HTTPException(401, "number and PIN do not match: check both and type them again") from None
        except TooManyTries as error:
            raise _later(error) from None
        secure = request.url.scheme == "https"
        response.set_cookie(COOKIE, token, max_age=HOURS * 3600, path=PATH, httponly=True, samesite="strict", secure=secure)
        return SessionView()

    @router.delete("/phone/session", status_code=204)
    def sign_out(response: Response, session: Session = "") -> None:
        """Sign out."""
        if session:
            parts.phones.sign_out(session)
        response.delete_cookie(COOKIE, path=PATH, httponly=True, samesite="strict")

    @router.get("/phone/ticket")
    def ticket(session: Session = "", station: Annotated[StationId | None, Query(description="only this one")] = None) -> TicketView:
        """A new ticket for whoever is signed in."""
        try:
            issued = parts.phones.ticket(session, station)
        except SignedOut:
            raise HTTPException(401, "nobody is signed in: sign in with number and PIN") from None
        except TooManyTries as error:
            raise _later(error) from None
        return TicketView(ticket=issued.ticket, seconds_left=issued.seconds_left, svg=issued.svg)

    return router


def operating(parts: Parts) -> APIRouter:
    """`DELETE /people/{person}/phone-sessions`, for operators."""
    router = APIRouter(tags=["people"])

    @router.delete("/people/{person}/phone-sessions", status_code=204)
    def end(person: Annotated[PersonId, Path()], request: Request) -> None:
        """Sign out all telephones of somebody: lost, stolen, or lent."""
        parts.phones.sign_out_everywhere(person)
        note(parts.audit, request, "phones.sign_out", person)

    return router


def _later(error: TooManyTries) -> HTTPException:
    return HTTPException(429, "too many tries: wait, or use number and PIN at the door", {"Retry-After": str(error.wait_s)})
