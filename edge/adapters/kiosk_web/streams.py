"""What is sent for as long as somebody looks: screen snapshots as server-sent events, camera preview as multipart JPEG.

Both end by themselves when `stopping` says so, and look at most STEP_S later.
"""

import asyncio
from collections.abc import AsyncIterator, Callable

from edge.adapters.kiosk_web.document import as_json
from edge.domain.screen import Screen

STEP_S = 0.2
"""5 a second: enough for a bar that grows, little enough for a small board."""
BEAT_STEPS = 25
"""A heartbeat each 5 s lets the page tell a quiet station from a lost one."""
BOUNDARY = "picture"
MULTIPART = f"multipart/x-mixed-replace; boundary={BOUNDARY}"


async def events(
    page: str,
    screen: Callable[[], Screen],
    clock: Callable[[], float],
    stopping: Callable[[], bool],
    step_s: float = STEP_S,
) -> AsyncIterator[str]:
    """`hello` with the version of the page, `screen` at once and on each change, `beat` when nothing changed for 5 s."""
    yield f"retry: 1000\nevent: hello\ndata: {page}\n\n"
    shown, quiet = None, 0
    while not stopping():
        current = screen()
        if current != shown:
            shown, quiet = current, 0
            yield f"event: screen\ndata: {as_json(current, clock())}\n\n"
        elif quiet >= BEAT_STEPS:
            quiet = 0
            yield "event: beat\ndata: \n\n"
        quiet += 1
        await asyncio.sleep(step_s)


async def pictures(preview: Callable[[], bytes | None], stopping: Callable[[], bool], step_s: float = STEP_S) -> AsyncIterator[bytes]:
    """JPEGs with the face box in them. The stream ends when there is no picture: a frozen one would be a lie."""
    while not stopping() and (jpeg := preview()) is not None:
        head = f"--{BOUNDARY}\r\nContent-Type: image/jpeg\r\nContent-Length: {len(jpeg)}\r\n\r\n"
        yield head.encode() + jpeg + b"\r\n"
        await asyncio.sleep(step_s)
    yield f"--{BOUNDARY}--\r\n".encode()
