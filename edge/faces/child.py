"""The faces process: owns the camera, the models and the vault; ends when its pipe closes.

Started as `python -m edge.faces.child FD PARENT_PID`.

Why not multiprocessing: its spawned child imports the parent's __main__ again (pytest, the command line) and leaves a
resource tracker behind; a plain program with one socket starts the same under each parent.
"""

import ctypes
import os
import resource
import select
import signal
import socket
import sys
import threading
import time
from contextlib import suppress
from functools import partial
from pathlib import Path
from queue import SimpleQueue

import cv2

from contract.liveness import PASSIVE
from edge.domain.face_messages import EnrolFace, ForgetFace, NoteVisit, StopEnrolling
from edge.domain.messages import CameraChanged, FaceOrder
from edge.domain.sight import AskPose, FaceHint, LivenessChanged, VerifyFace
from edge.faces import wire
from edge.faces.camera import Camera
from edge.faces.engine.choice import chosen, engine
from edge.faces.engine.manifest import EngineRefused
from edge.faces.engine.models import blind
from edge.faces.keeper import Keeper
from edge.faces.passive.choice import judge
from edge.faces.passive.manifest import PassiveRefused
from edge.faces.pipeline import Alive, Pipeline
from edge.faces.preview import AMBER, BLUE, GREEN, PreviewMaker
from edge.faces.qr import QrReader
from edge.faces.quality import Thresholds
from edge.faces.shapes import Image
from edge.faces.still import Stillness
from edge.faces.taking import Taking

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
        folder = Path(settings.folder)
        self._camera = Camera(settings.source, settings.width, settings.height)
        alive, self._passive = _passive(folder)
        self._pipeline, name, self._no_engine = _pipeline(folder, settings.frames, alive)
        self._keeper = Keeper(folder, name, partial(wire.send, link))
        self._qr = QrReader()
        self._preview = PreviewMaker()
        self._asked: SimpleQueue[FaceOrder] = SimpleQueue()
        self._reload = threading.Event()
        self._said: CameraChanged | None = None
        self._beat_at = self._frame_at = float("-inf")

    def run(self) -> None:
        """Go round until the parent is gone or the camera's driver hangs."""
        self._camera.start()
        wire.send(self._link, self._passive)
        while self._camera.stuck_s() < STUCK_S:
            started = time.monotonic()
            self._serve(started)
            self._say_state(started)
            self._look(started)
            self._take(started)
            pause = BUSY_FRAME_S if self._pipeline.seen.box else IDLE_FRAME_S
            time.sleep(max(0.0, started + pause - time.monotonic()))

    def obey(self, order: wire.Order | wire.Event) -> None:
        """Take one order in, from any thread."""
        match order:
            case wire.Reload():
                self._reload.set()
            case wire.WantPreview(seconds=seconds):
                self._preview.ask(time.monotonic() + seconds)
            case _ if isinstance(order, FaceOrder):
                self._asked.put(order)
            case _:
                raise wire.WireError(f"{type(order).__name__} is not an order for a running child")

    @property
    def _refused(self) -> str:
        return self._no_engine or self._keeper.refused

    def _serve(self, now: float) -> None:
        """Orders, and what changed in the vault."""
        asked, due = not self._asked.empty() or self._reload.is_set(), now - self._beat_at >= BEAT_S
        while not self._asked.empty():
            self._order(self._asked.get(), now)
        if self._reload.is_set():
            self._reload.clear()
            self._keeper.reload()
        if (asked or due) and self._keeper.look():
            self._pipeline.use(self._keeper.gallery)

    def _order(self, order: FaceOrder, now: float) -> None:
        match order:
            case EnrolFace():
                self._pipeline.taking = Taking(order, now)
            case StopEnrolling():
                self._pipeline.taking = None
            case ForgetFace(person):
                self._keeper.forget(person)
            case NoteVisit():
                self._keeper.saw(order)
            case AskPose() | VerifyFace():
                self._pipeline.order(order)

    def _take(self, now: float) -> None:
        """What became of an enrolment."""
        taking = self._pipeline.taking
        progress = taking.progress() if taking else None
        if progress:
            wire.send(self._link, progress)
        if taking and taking.over(now):
            self._pipeline.taking = None
            self._keeper.seal(taking)
            self._pipeline.use(self._keeper.gallery)

    def _say_state(self, now: float) -> None:
        if now - self._beat_at >= BEAT_S:
            self._beat_at = now
            wire.send(self._link, wire.Beat(len(self._keeper.gallery), self._refused))
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


def _passive(folder: Path) -> tuple[Alive | None, LivenessChanged]:
    """The station's passive liveness model, and whether there is one that works; whether it is needed the station knows."""
    try:
        return judge(folder).see, LivenessChanged(PASSIVE, True, "")
    except PassiveRefused as error:
        return None, LivenessChanged(PASSIVE, False, str(error))


def _pipeline(folder: Path, frames: int, alive: Alive | None) -> tuple[Pipeline, str, str]:
    """The pipeline of the station's engine, the engine's name, and why it sees nobody if that engine is refused."""
    try:
        parts, name, why = engine(folder), chosen(folder).name, ""
    except EngineRefused as error:
        parts, name, why = blind(), "", str(error)
    return Pipeline(parts.find, parts.align, parts.embed, frames, Thresholds(), still=Stillness(), alive=alive), name, why


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
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # this memory holds templates: it is never dumped to a disk
    cv2.setNumThreads(1)
    with suppress(wire.WireClosed):
        main(socket.socket(fileno=int(sys.argv[1])))
    os._exit(0)  # threads inside a driver cannot be joined
