"""What every request passes before any route: host names, body size, security headers. Plain ASGI."""

from __future__ import annotations

import re
from ipaddress import ip_address

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cloud.api.errors import problem

BODY_LIMIT = 64 * 1024
DOCUMENTS_LIMIT = 4 * 1024 * 1024
DOCUMENTS = re.compile(r"/api/v1/rollouts/[^/]+/documents")
"""Signed configurations of many stations at once; nothing else is that large."""
SECURITY_HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}


class Guard:
    """Refuses a Host header that is neither an address nor one of ours (a foreign page reaching in through DNS), and bodies
    above 64 KiB (4 MiB of signed documents) as soon as they are seen to be, whether or not their length was announced."""

    def __init__(self, app: ASGIApp, host_names: frozenset[str]) -> None:
        self._app, self._host_names = app, host_names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        secured = _secured(send)
        headers = Headers(scope=scope)
        if not self._ours(headers.get("host", "")):
            hint = "use the server's address, or add the name to SMART_STATION_CLOUD_ALLOWED_HOSTS"
            refusal = problem(400, "this name is not one of the server's", "header host", headers.get("host", ""), hint)
            await refusal(scope, receive, secured)
            return
        limit = DOCUMENTS_LIMIT if scope["method"] == "PUT" and DOCUMENTS.fullmatch(scope["path"]) else BODY_LIMIT
        body = await _read(headers, receive, limit)
        if body is None:
            text, hint = f"the body is larger than {limit} bytes", "send less, or in several requests"
            await problem(413, text, "body", headers.get("content-length", ""), hint)(scope, receive, secured)
            return
        await self._app(scope, _replay(body, receive), secured)

    def _ours(self, host: str) -> bool:
        name = host.rpartition("]")[0].lstrip("[") if host.startswith("[") else host.partition(":")[0]
        if name.lower() in self._host_names:
            return True
        try:
            return bool(ip_address(name))
        except ValueError:
            return False


def _secured(send: Send) -> Send:
    async def secured(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in SECURITY_HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return secured


async def _read(headers: Headers, receive: Receive, limit: int) -> bytes | None:
    """The whole body; None as soon as it is too large."""
    announced = headers.get("content-length", "0")
    if announced.isdigit() and int(announced) > limit:
        return None
    body = b""
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return body  # the client went away; the route will notice
        body += bytes(message.get("body", b""))
        if len(body) > limit:
            return None
        if not message.get("more_body", False):
            return body


def _replay(body: bytes, receive: Receive) -> Receive:
    given = False

    async def replay() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay
