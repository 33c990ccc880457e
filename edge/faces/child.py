"""The faces process: owns the camera, the models and the gallery; ends when its pipe closes.

Started as `python -m edge.faces.child FD PARENT_PID`.

Why not multiprocessing: its spawned child imports the parent's __main__ again (pytest, the command line) and leaves a
resource tracker behind; a plain program with one socket starts the same under each parent.
"""

import ctypes
import os
import select
import signal
import socket
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import cv2

from edge.domain.messages import CameraChanged, FaceHint
from edge.faces import wire
from edge.faces.align import Aligner
from edge.faces.camera import Camera
from edge.faces.detect import Detector
from edge.faces.embed import DlibEmbedder
from edge.faces.gallery import EMPTY, GalleryRefused, load
from edge.faces.pipeline import Pipeline
from edge.faces.preview import AMBER, BLUE, GREEN, PreviewMaker
from edge.faces.qr import QrReader
from edge.faces.quality import Thresholds
from edge.faces.shapes import Image

BEAT_S = 0.5
IDLE_FRAME_S = 0.125
BUSY_FRAME_S = 0.02
STUCK_S = 30.0
"""A camera driver that has held its thread this long is given up with the process; the parent starts a new one."""
NICENESS = 5
_PR_SET_PDEATHSIG = 1


class Child:
    """The loop. Its own thread and the camera's; `orders` is called by a third that waits for the parent."""

    def __init__(self, link: socket.socket, settings: wire.Begin) -> None:
        self._link = link
        self._gallery_path = Path(settings.gallery)
        self._camera = Camera(settings.source, settings.width, settings.height)
        self._pipeline = Pipeline(Detector().find, Aligner(), DlibEmbedder(), settings.frames, Thresholds())
        self._qr = QrReader()
        self._preview = PreviewMaker()
        self._reload = threading.Event()
        self._reload.set()
        self._refused = ""
        self._people = 0
        self._said: CameraChanged | None = None
        self._beat_at = self._frame_at = float("-inf")

    def run(self) -> None:
        """Go round until the parent is gone or the camera's driver hangs."""
        self._camera.start()
        while self._camera.stuck_s() < STUCK_S:
            started = time.monotonic()
            if self._reload.is_set():
                self._read_gallery()
            self._say_state(started)
            self._look(started)
            pause = BUSY_FRAME_S if self._pipeline.seen.box else IDLE_FRAME_S
            time.sleep(max(0.0, started + pause - time.monotonic()))

    def obey(self, order: wire.Order | wire.Event) -> None:
        """Take one order in, from any thread."""
        match order:
            case wire.Reload():
                self._reload.set()
            case wire.WantPreview(seconds=seconds):
                self._preview.ask(time.monotonic() + seconds)
            case _:
                raise wire.WireError(f"{type(order).__name__} is not an order for a running child")

    def _read_gallery(self) -> None:
        """A refused file leaves nobody to compare with: the one before may hold people who withdrew since."""
        self._reload.clear()
        gallery, self._refused = EMPTY, ""
        try:
            gallery = load(self._gallery_path)
        except GalleryRefused as error:
            self._refused = str(error)
        self._people = len(gallery)
        self._pipeline.use(gallery)
        self._beat_at = float("-inf")

    def _say_state(self, now: float) -> None:
        if now - self._beat_at >= BEAT_S:
            self._beat_at = now
            wire.send(self._link, wire.Beat(self._people, self._refused))
        state = self._camera.state()
        if state is not None and state != self._said:
            self._said = state
            wire.send(self._link, state)

    def _look(self, now: float) -> None:
        frame = self._camera.newest()
        if frame is None or frame.taken_at <= self._frame_at:
            return
        self._frame_at = frame.taken_at
        code = self._qr.look(frame.image, now)
        if code is not None:
            wire.send(self._link, code)
        if not self._refused:
            for event in self._pipeline.step(frame.image, frame.taken_at):
                wire.send(self._link, event)
        if self._preview.due(now):
            self._show(frame.image, now)

    def _show(self, image: Image, now: float) -> None:
        """Send a preview if the pipe has room: one that nobody fetches must not hold up the next face."""
        seen = self._pipeline.seen
        colour = AMBER if seen.hint is not FaceHint.NONE else GREEN if seen.compared else BLUE
        jpeg = self._preview.make(image, seen.box, colour, now)
        if jpeg and select.select([], [self._link], [], 0)[1]:
            wire.send(self._link, wire.Preview(jpeg))


def main(link: socket.socket) -> None:
    """Serve the parent at the other end of `link` until it is gone; never returns."""
    settings = wire.receive(link)
    if not isinstance(settings, wire.Begin):
        raise wire.WireError(f"{type(settings).__name__} came before Begin")
    child = Child(link, settings)
    threading.Thread(target=_listen, args=(link, child), name="orders", daemon=True).start()
    child.run()


def _listen(link: socket.socket, child: Child) -> None:
    """Wait for orders; end the process with the pipe, even while the loop hangs in a model or a driver."""
    try:
        while True:
            child.obey(wire.receive(link))
    finally:
        os._exit(0)


def _die_with_parent(parent: int) -> None:
    """Linux: be killed when the thread that started this process ends. Elsewhere the closing pipe does it."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(0)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to the whole group; the parent ends this in order
    _die_with_parent(int(sys.argv[2]))
    os.nice(NICENESS)
    cv2.setNumThreads(1)
    with suppress(wire.WireClosed):
        main(socket.socket(fileno=int(sys.argv[1])))
    os._exit(0)  # threads inside a driver cannot be joined
