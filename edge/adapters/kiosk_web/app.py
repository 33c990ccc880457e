"""The HTTP surface of the touch screen. Reads a snapshot, posts one Input for each press."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Never

from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse
from starlette.exceptions import HTTPException as StarletteHTTPException

from edge.adapters.kiosk_web import page, streams
from edge.adapters.kiosk_web.document import as_document
from edge.adapters.kiosk_web.fence import Fence
from edge.adapters.kiosk_web.intents import IntentRefused, read
from edge.adapters.kiosk_web.pace import Pace
from edge.domain.messages import Post
from edge.domain.screen import Screen

INTENT_BYTES = 4096
INTENTS_PER_S = 20
BODY_S = 5.0
"""s within which the body of a press must have come."""
MOST_STREAMS = 12
"""One screen needs two; the rest is for a reload that the server has not noticed yet, and for a second look."""


@dataclass
class Surface:
    """What the endpoints need. `stopping` turns true when all streams shall end."""

    host: str
    screen: Callable[[], Screen]
    post: Post
    preview: Callable[[], bytes | None]
    clock: Callable[[], float]
    stopping: Callable[[], bool]
    files: dict[str, tuple[bytes, str]] = field(default_factory=page.files)
    streams: int = 0

    def forget(self) -> None:
        """The page is over. Caches of FastAPI keep what an app was made of, and must not keep a whole station with it."""
        self.screen = self.post = self.preview = self.clock = _over


def _over(*_: object) -> Never:
    raise ConnectionError("the page is over")


def make_app(surface: Surface) -> FastAPI:
    """All routes, fenced."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    _add_page(app, surface)
    _add_screen(app, surface)
    _add_intents(app, surface)
    app.add_exception_handler(StarletteHTTPException, _in_words)
    app.add_middleware(Fence, host=surface.host)
    return app


def _add_page(app: FastAPI, surface: Surface) -> None:
    def file(name: str) -> Response:
        if name not in surface.files:
            raise HTTPException(404, "there is no such file")
        content, media_type = surface.files[name]
        return Response(content, media_type=media_type)

    @app.get("/")
    async def index() -> Response:
        return file("index.html")

    @app.get("/static/{name:path}")
    async def static(name: str) -> Response:
        return file(name)


def _add_screen(app: FastAPI, surface: Surface) -> None:
    version = page.version(surface.files)

    @app.get("/api/screen")
    async def screen() -> JSONResponse:
        return JSONResponse(as_document(surface.screen(), surface.clock()))

    @app.get("/api/screen/stream")
    async def screen_stream() -> Response:
        source = streams.events(version, surface.screen, surface.clock, surface.stopping)
        return _stream(surface, source, "text/event-stream")

    @app.get("/camera.mjpeg")
    async def camera() -> Response:
        if surface.preview() is None:
            raise HTTPException(503, "there is no picture now")
        return _stream(surface, streams.pictures(surface.preview, surface.stopping), streams.MULTIPART)


def _stream(surface: Surface, source: AsyncIterator[str | bytes], media_type: str) -> Response:
    if surface.streams >= MOST_STREAMS:
        raise HTTPException(503, f"{MOST_STREAMS} screens are open already", {"Retry-After": "5"})
    return StreamingResponse(_counted(surface, source), media_type=media_type)


async def _counted(surface: Surface, source: AsyncIterator[str | bytes]) -> AsyncIterator[str | bytes]:
    surface.streams += 1
    try:
        async for part in source:
            yield part
    finally:
        surface.streams -= 1


def _add_intents(app: FastAPI, surface: Surface) -> None:
    pace = Pace(INTENTS_PER_S, surface.clock)

    @app.post("/api/intent", status_code=202)
    async def intent(request: Request) -> JSONResponse:
        if not pace.allows():
            raise HTTPException(429, f"more than {INTENTS_PER_S} presses a second", {"Retry-After": "1"})
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            raise HTTPException(415, "the body must be application/json")
        try:
            surface.post(read(await _body(request)))
        except IntentRefused as refused:
            raise HTTPException(refused.status, str(refused)) from None
        return JSONResponse({"taken": True}, 202)


async def _body(request: Request) -> bytes:
    """At most INTENT_BYTES, whatever the header promises, and within BODY_S."""
    body = b""
    try:
        async with asyncio.timeout(BODY_S):
            async for chunk in request.stream():
                body += chunk
                if len(body) > INTENT_BYTES:
                    raise HTTPException(413, f"more than {INTENT_BYTES} bytes", {"Connection": "close"})
    except TimeoutError:
        raise HTTPException(408, f"the body did not come within {BODY_S:g} s", {"Connection": "close"}) from None
    return body


async def _in_words(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, StarletteHTTPException)
    return JSONResponse({"error": error.detail}, error.status_code, error.headers)
