"""A camera on the network that is not there: MJPEG over HTTP on loopback, which the edge opens like any IP camera.

It renders only while somebody watches, writes nothing to disk, and binds to loopback only.
"""

import socket
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from enum import Enum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from typing import Any

import cv2
import numpy as np

from twin.scenes import CODE_SHARE, InFront, Pictures, Scene, Turning, Wall, qr_card
from twin.turning import Image, Script

BOUNDARY = "frame"
JPEG_QUALITY = 88


class Flow(Enum):
    """What the stream does."""

    LIVE = "live"
    FROZEN = "frozen"  # the same picture again and again
    STALLED = "stalled"  # connected, and nothing comes


class Camera:
    """One camera. `start` before use; every method may be called from any thread."""

    def __init__(self, width: int = 640, height: int = 480, fps: float = 15.0, seed: int = 0, port: int = 0) -> None:
        self._size = (width, height)
        self._fps = fps
        self._seed = seed
        self._wall = Wall(width, height)
        self._scene: Scene = self._wall
        self._flow = Flow.LIVE
        self._began = time.monotonic()
        self._last: tuple[Scene, int, bytes] | None = None
        self._lock = Lock()
        self._server: _Server | None = None
        self._port = port

    @property
    def url(self) -> str:
        """The address to open; it stays the same when the camera is unplugged and plugged in again."""
        return f"http://127.0.0.1:{self._port}/stream.mjpg"

    def start(self) -> None:
        """Begin to serve."""
        self.plug()

    def stop(self) -> None:
        """End all connections and threads."""
        self.unplug()

    def show_nobody(self) -> None:
        """Look at an empty wall."""
        self._look_at(self._wall)

    def show_person(self, picture: Image, share: float = 0.98) -> None:
        """Look at a person: a picture in BGR, such as photos.framed gives; `share` of the frame's height it takes."""
        self._look_at(InFront(picture, self._wall, share, self._seed))

    def show_turning(self, picture: Image, script: Script, share: float = 0.98) -> None:
        """Look at a person whose head turns as `script` says: s since now -> degrees to their left, and up.

        A stand-in for a living person, made of one photograph. That it passes the challenge shows what the challenge can not
        stop: a video of the right movements.
        """
        self._look_at(Turning(picture, self._wall, share, self._seed, script, self._fps))

    def show_qr(self, text: str) -> None:
        """Look at a telephone that shows a QR code."""
        self._look_at(InFront(qr_card(text), self._wall, CODE_SHARE, self._seed))

    def show(self, frames: bytes | Sequence[Image]) -> None:
        """Look at given frames over and over: one JPEG or PNG file, or arrays in BGR."""
        if isinstance(frames, bytes):
            image = cv2.imdecode(np.frombuffer(frames, np.uint8), cv2.IMREAD_COLOR)
            if image is None:
                raise ValueError(f"{len(frames)} bytes are no picture that OpenCV can read")
            frames = [image.astype(np.uint8, copy=False)]
        self._look_at(Pictures(frames, *self._size))

    def set_flow(self, flow: Flow) -> None:
        """Let the stream run, repeat one picture, or fall silent."""
        with self._lock:
            self._flow = flow

    def unplug(self) -> None:
        """Drop all connections and refuse new ones; returns when the threads have ended."""
        server, self._server = self._server, None
        if server is not None:
            server.end()

    def plug(self) -> None:
        """Serve again, at the same address."""
        if self._server is None:
            self._server = _Server(self, self._port, 1 / self._fps)
            self._port = self._server.server_port

    def jpeg(self) -> bytes | None:
        """Return the picture of this moment as a JPEG file; None while the stream is stalled."""
        with self._lock:
            if self._flow is Flow.STALLED:
                return None
            number = int((time.monotonic() - self._began) * self._fps)
            frozen = self._flow is Flow.FROZEN and self._last is not None
            if self._last is None or not (frozen or self._last[:2] == (self._scene, number)):
                self._last = (self._scene, number, _encode(self._scene.frame(number)))
            return self._last[2]

    def _look_at(self, scene: Scene) -> None:
        with self._lock:
            self._scene = scene

    def __enter__(self) -> "Camera":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


class _Server(ThreadingHTTPServer):
    """Serves one camera from the moment it is made."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, camera: Camera, port: int, frame_s: float) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.camera = camera
        self.frame_s = frame_s
        self.ended = Event()
        self._clients: dict[socket.socket, Thread] = {}
        self._accepting = Thread(target=self.serve_forever, args=(0.05,), name="twin-camera", daemon=True)
        self._accepting.start()

    def process_request(self, request: Any, client_address: Any) -> None:
        """Serve a client on a thread that `end` can wait for."""
        self._clients = {client: thread for client, thread in self._clients.items() if thread.is_alive()}
        thread = Thread(target=self.process_request_thread, args=(request, client_address), daemon=True)
        self._clients[request] = thread
        thread.start()

    def end(self) -> None:
        """Refuse, drop, and wait for all threads."""
        self.ended.set()
        self.shutdown()
        self.server_close()
        self._accepting.join()
        for client, thread in list(self._clients.items()):
            with suppress(OSError):  # it may have gone by itself
                client.shutdown(socket.SHUT_RDWR)
            thread.join()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away in the middle of a picture is no error; anything else is."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        """Send pictures until either side ends."""
        self.send_response(200)
        self.send_header("Content-Type", f"multipart/x-mixed-replace; boundary={BOUNDARY}")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        while not self.server.ended.wait(self.server.frame_s):
            picture = self.server.camera.jpeg()
            if picture is not None:
                head = f"--{BOUNDARY}\r\nContent-Type: image/jpeg\r\nContent-Length: {len(picture)}\r\n\r\n"
                self.wfile.write(head.encode() + picture + b"\r\n")

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: a request is not news."""


def _encode(image: Image) -> bytes:
    done, jpeg = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    assert done
    return bytes(jpeg)
