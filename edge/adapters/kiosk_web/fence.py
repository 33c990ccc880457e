"""Who may talk to the page: pure ASGI middleware around the app, so that streams are not buffered.

Another site open in the same browser must not press buttons (Origin), read the preview (CORP), or reach the page by a
name of its own that resolves to this machine (Host). Every answer carries the headers that keep foreign code out and
caches empty.
"""

from collections.abc import Iterable
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
WILDCARDS = frozenset({"0.0.0.0", "::", ""})
SAFE_METHODS = frozenset({"GET", "HEAD"})
OWN_SITES = frozenset({"same-origin", "none"})

HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}


class Fence:
    """Turns strangers away before the app sees them. `host` is the configured address of the page."""

    def __init__(self, app: ASGIApp, host: str) -> None:
        self._app = app
        self._hosts = LOOPBACK | {host.lower()} - WILDCARDS
        self._any_address = host in WILDCARDS

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        guarded = _guarded(send)
        refusal = self._refusal(str(scope["method"]), Headers(scope=scope))
        if refusal is None:
            await self._app(scope, receive, guarded)
        else:
            status, words = refusal
            await JSONResponse({"error": words}, status, {"connection": "close"})(scope, receive, guarded)

    def _refusal(self, method: str, headers: Headers) -> tuple[int, str] | None:
        """(status, words), or None for somebody who may pass."""
        host = headers.get("host", "")
        if not self._known(host):
            return 421, "this address is not the page of the station"
        if method in SAFE_METHODS:
            return None
        origin, site = headers.get("origin"), headers.get("sec-fetch-site", "none")
        if (origin is not None and origin.lower() != f"http://{host.lower()}") or site not in OWN_SITES:
            return 403, "another site may not press buttons here"
        return None

    def _known(self, host: str) -> bool:
        """Anybody can make a name point here, but not a bare address: those pass when the page listens on all of them."""
        try:
            name = (urlsplit(f"//{host}").hostname or "").lower()
        except ValueError:
            return False
        return name in self._hosts or (self._any_address and _is_address(name))


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def _guarded(send: Send) -> Send:
    """The same, with HEADERS in the answer."""
    extra: Iterable[tuple[bytes, bytes]] = [(name.encode(), value.encode()) for name, value in HEADERS.items()]

    async def send_guarded(message: Message) -> None:
        if message["type"] == "http.response.start":
            own = [(name, value) for name, value in message.get("headers", []) if name.lower().decode() not in HEADERS]
            message["headers"] = [*own, *extra]
        await send(message)

    return send_guarded
