"""Every error of the API has one shape: what, where, the value, and what to do about it."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from cloud.errors import AccessRefused, LedgerDown, OrderImpossible, PersonRefused, PersonUnknown, RolloutRefused, RolloutUnknown, SeriesDown
from contract.signing import TrustRefused


class Problem(BaseModel):
    """The body of each answer of 400 and above."""

    error: str = Field(description="what is wrong")
    where: str = Field(description="field, header or address")
    value: str = Field(description="what stood there, cut at 60 characters; never a PIN or a token")
    hint: str = Field(description="what to do")
    type: str = Field("", description="only where access is refused: step_up_needed, human_needed, role_too_low, not_your_district, not_in_table")


HINTS = {404: "see /api/v1/openapi.json for what there is", 405: "see /api/v1/openapi.json for the methods"}
SECRETS = ("pin", "phone_last4", "password", "token")
"""In the name of a field, never repeated; nor is what stands under a name that is not known, which may be one of these mistyped."""
RESPONSES: dict[int | str, dict[str, Any]] = {
    "4XX": {"model": Problem}, "503": {"model": Problem, "description": "a store does not answer; try again"},
}  # fmt: skip


def problem(
    status: int, error: str, where: str, value: str = "", hint: str = "", headers: dict[str, str] | None = None
) -> JSONResponse:
    """The one shape."""
    return JSONResponse(Problem(error=error, where=where, value=value[:60], hint=hint).model_dump(exclude_defaults=True), status, headers)


def no_access(error: AccessRefused, path: str) -> JSONResponse:
    """In the words of RFC 6750 and, where the password is wanted again, of RFC 9470."""
    words = {401: "invalid_token", 403: "insufficient_scope"} | ({error.status: "insufficient_user_authentication"} if error.kind == "step_up_needed" else {})
    challenge = "Bearer" + (f' error="{words[error.status]}"' if error.kind or error.status == 403 else "")
    said = Problem(error=str(error), where=path, value="", hint=error.hint, type=error.kind)
    return JSONResponse(said.model_dump(exclude_defaults=True), error.status, {"WWW-Authenticate": challenge})


def add_handlers(app: FastAPI) -> None:
    """Turn exceptions into that shape."""
    _add_refusals(app)

    @app.exception_handler(RequestValidationError)
    async def _invalid(_request: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        where = ".".join(str(step) for step in first["loc"])
        shown = first.get("input")
        secret = any(name in where for name in SECRETS) or first["type"] == "extra_forbidden" or where == "body"
        secret = secret or not isinstance(shown, str | int | float | bool)
        return problem(422, str(first["msg"]), where, "" if secret else str(shown), "see /api/v1/openapi.json")

    @app.exception_handler(HTTPException)
    async def _refused(request: Request, error: HTTPException) -> JSONResponse:
        path = request.url.path
        return problem(error.status_code, str(error.detail), path, "", HINTS.get(error.status_code, ""), error.headers)  # type: ignore[arg-type]

    @app.exception_handler(AccessRefused)
    async def _no_access(request: Request, error: AccessRefused) -> JSONResponse:
        return no_access(error, request.url.path)

    @app.exception_handler(Exception)
    async def _bug(request: Request, _error: Exception) -> JSONResponse:
        return problem(500, "a bug in the cloud", request.url.path, "", "the log says more; please report it")

    @app.exception_handler(LedgerDown)
    @app.exception_handler(SeriesDown)
    async def _down(request: Request, _error: LedgerDown | SeriesDown) -> JSONResponse:
        return problem(503, "a store of the cloud does not answer", request.url.path, "", "try again; see /api/v1/health")


def _add_refusals(app: FastAPI) -> None:
    """What the city's rules say no to: whose fault it is stands in the status."""

    @app.exception_handler(PersonRefused)
    async def _person(_request: Request, error: PersonRefused) -> JSONResponse:
        return problem(422, str(error), error.where, error.value, error.hint)

    @app.exception_handler(RolloutRefused)
    async def _rollout(_request: Request, error: RolloutRefused) -> JSONResponse:
        return problem(409 if error.conflict else 422, str(error), error.where, error.value, error.hint)

    @app.exception_handler(RolloutUnknown)
    async def _no_rollout(request: Request, error: RolloutUnknown) -> JSONResponse:
        return problem(404, str(error), request.url.path, "", "see /api/v1/rollouts for what there is")

    @app.exception_handler(PersonUnknown)
    async def _nobody(request: Request, error: PersonUnknown) -> JSONResponse:
        return problem(404, str(error), request.url.path, "", "see /api/v1/people for who there is")

    @app.exception_handler(TrustRefused)
    async def _not_believed(request: Request, error: TrustRefused) -> JSONResponse:
        return problem(422, str(error), request.url.path, error.flaw.value, "docs/trust.md says who signs what, and why a document is refused")

    @app.exception_handler(OrderImpossible)
    async def _no_order(request: Request, error: OrderImpossible) -> JSONResponse:
        return problem(409, str(error), request.url.path, "", error.hint)
