"""The gate that every request passes: who sent it, and whether the table in cloud/api/roles.py lets them.

Reading is open on loopback, unless the settings ask for a token there too; nothing else is without one.
"""

from __future__ import annotations

from dataclasses import replace

from fastapi import Request

from cloud.api.caller import ANONYMOUS
from cloud.api.parts import Parts
from cloud.api.roles import READ, demand, need
from cloud.errors import AccessRefused

HINT = "log in, or send 'Authorization: Bearer TOKEN' of a program; the first was shown at first start, `python -m cloud token NAME` makes another"

DRY = "true"
"""Of `?dry_run=`; the routes read the same word, so what is let through as dry is."""


class Gate:
    """A dependency of the whole application; runs in the thread pool since it looks into the database."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._open_reads = not parts.settings.reads_need_token

    def __call__(self, request: Request) -> None:
        """Sets `request.state.caller`. Raises: AccessRefused."""
        needed = need(request.method, request.url.path, request.scope["route"].path)
        if needed is None:
            raise AccessRefused(403, "not_in_table", "nobody said who may do this", "a line in cloud/api/roles.py is missing; please report it")
        if needed.dry and request.query_params.getlist("dry_run") == [DRY]:
            needed = replace(needed, step_up=False)
        token = bearer(request)
        found = self._parts.accounts.caller(token) if token else None
        request.state.caller = found or ANONYMOUS
        if found is not None:
            demand(found, needed, self._district(request) if needed.own and found.districts else None)
        elif needed.least is not None and not (needed == READ and self._open_reads):
            said = "the token is not known here, or is over" if token else "a token is needed"
            raise AccessRefused(401, "", f"{said}: {HINT}", "POST /api/v1/login")

    def _district(self, request: Request) -> str:
        station = self._parts.stations.one(request.path_params.get("station", ""))
        return station.state.district if station and station.state else ""


def bearer(request: Request) -> str:
    """The token that came with a request; empty for none."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""
