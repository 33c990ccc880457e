"""Nothing writes without a bearer token. Reading is open on loopback, unless the settings ask for a token there too."""

from __future__ import annotations

from fastapi import HTTPException, Request

from cloud.ports import Tokens


class TokenNeeded:
    """A dependency of routes; runs in the thread pool since it looks into the database."""

    def __init__(self, tokens: Tokens, needed: bool) -> None:
        self._tokens, self._needed = tokens, needed

    def __call__(self, request: Request) -> None:
        if not self._needed:
            return
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and token and self._tokens.known(token.strip()):
            return
        said = "the token is not known here" if token else "a token is needed"
        hint = "send 'Authorization: Bearer TOKEN'; the first was shown at first start, `python -m cloud token NAME` makes another"
        raise HTTPException(401, f"{said}: {hint}", {"WWW-Authenticate": "Bearer"})
