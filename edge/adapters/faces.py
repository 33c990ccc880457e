"""The faces process as the station sees it: start it, hear it, end it when it is silent, start it again.

A plain program with one socket rather than multiprocessing: see `edge.faces.child`. Its messages are JSON.
Decides nothing: scores go to the core as they come. Imports no OpenCV and no dlib.
"""

import logging
import os
import select
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue

import edge
from contract.config import CameraConfig
from edge.domain.messages import CameraChanged, FaceOrder, FacesChanged, Post
from edge.domain.sight import FaceHint, FaceHinted
from edge.faces import wire

START_S = 20.0
"""Loading the models takes 1 s on a laptop and several from a slow SD card."""
SILENT_S = 3.0
PAUSE_S = (0.5, 30.0)
GOOD_S = 60.0
PREVIEW_S = 3.0
PREVIEW_FRESH_S = 1.0
END_S = 1.0

log = logging.getLogger(__name__)

QUIET = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "OPENCV_FFMPEG_THREADS": "1",
    "OPENCV_LOG_LEVEL": "SILENT",
    "OPENCV_FFMPEG_LOGLEVEL": "-8",
    "MALLOC_TRIM_THRESHOLD_": "131072",
    "MALLOC_MMAP_THRESHOLD_": "131072",
}
"""One thread each, so that the door's thread always finds a core; no camera address in the log; and glibc gives freed memory back
(168 to 183 MB resident at work instead of 176 to 213)."""


class FacesProcess:
    """`frames`: good frames that make a mean. `folder`: the station's own; the child keeps its vault there."""

    def __init__(self, camera: CameraConfig, frames: int, folder: Path, post: Post) -> None:
        self._begin = wire.Begin(camera.source, camera.width, camera.height, frames, str(folder))
        self._post = post
        self._stop = threading.Event()
        self._reload = threading.Event()
        self._asked: SimpleQueue[FaceOrder] = SimpleQueue()
        self._heard_at = time.monotonic()
        self._bell, self._hears_bell = socket.socketpair()
        self._bell.setblocking(False)
        self._hears_bell.setblocking(False)
        self._thread = threading.Thread(target=self._run, name="faces", daemon=True)
        self._child: subprocess.Popen[bytes] | None = None
        self._link: socket.socket | None = None
        self._said = FacesChanged(False, "not started")
        self._camera = CameraChanged(False, "")
        self._hint = FaceHint.NONE
        self._looked_at = self._asked_at = float("-inf")
        self._preview: tuple[bytes, float] = (b"", float("-inf"))

    @property
    def pid(self) -> int | None:
        """Of the child, while there is one."""
        child = self._child
        return child.pid if child is not None and child.poll() is None else None

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """End the child and the thread; takes up to about 1 s."""
        self._stop.set()
        link = self._link
        if link is not None:
            _hang_up(link)
        if self._thread.is_alive():
            self._thread.join(2 * END_S)
        self._bell.close()
        self._hears_bell.close()

    def order(self, asked: FaceOrder) -> None:
        """Pass on at once; forgotten when there is no child. Any thread; never blocks."""
        self._asked.put(asked)
        with suppress(OSError):  # full: it rings already; closed: nobody is there
            self._bell.send(b"!")

    def reload_gallery(self) -> None:
        """Have the vault read again within about half a second; what other processes change in it is seen without this."""
        self._reload.set()

    def preview(self) -> bytes | None:
        """The newest JPEG if it is at most 1 s old; asking keeps previews coming for 3 s. Any thread."""
        self._looked_at = time.monotonic()
        jpeg, made_at = self._preview
        return jpeg if time.monotonic() - made_at <= PREVIEW_FRESH_S else None

    def _run(self) -> None:
        pause = PAUSE_S[0]
        while not self._stop.is_set():
            began_at = time.monotonic()
            why = self._one_life()
            if self._stop.is_set():
                return
            self._gone(why)
            if time.monotonic() - began_at >= GOOD_S:
                pause = PAUSE_S[0]
            self._stop.wait(pause)
            pause = min(pause * 2, PAUSE_S[1])

    def _one_life(self) -> str:
        """Start a child and hear it until it fails; returns why it did."""
        ours, theirs = socket.socketpair()
        with ours:
            with theirs:
                try:
                    self._child = child = _spawn(theirs.fileno())
                except OSError as error:
                    return f"cannot be started: {error.strerror}"
            self._link = ours
            try:
                return self._hear(ours)
            finally:
                self._link = None
                _hang_up(ours)
                _end(child)

    def _hear(self, link: socket.socket) -> str:
        try:
            link.settimeout(START_S)
            self._heard_at = time.monotonic()
            self._reload.clear()
            self._asked = SimpleQueue()
            wire.send(link, self._begin)
            while not self._stop.is_set():
                self._listen(link)
                self._order(link)
        except TimeoutError:
            return f"silent for {link.gettimeout():g} s"
        except (wire.WireClosed, wire.WireError) as error:
            return f"ended: {error}"
        return "stopped"

    def _listen(self, link: socket.socket) -> None:
        """The next message of the child, or the bell; the bell is no sign of life."""
        waited = time.monotonic() - self._heard_at
        ready, _, _ = select.select([link, self._hears_bell], [], [], max(0.0, (link.gettimeout() or SILENT_S) - waited))
        if not ready:
            raise TimeoutError
        if self._hears_bell in ready:
            self._hears_bell.recv(64)
        if link in ready:
            self._take(wire.receive(link))
            self._heard_at = time.monotonic()
            link.settimeout(SILENT_S)

    def _take(self, event: wire.Order | wire.Event) -> None:
        match event:
            case wire.Preview(jpeg=jpeg):
                self._preview = (jpeg, time.monotonic())
            case wire.Beat(gallery=people, refused=refused):
                self._say(FacesChanged(not refused, refused or f"{people} people"))
            case CameraChanged():
                self._camera = event
                self._post(event)
            case FaceHinted(hint=hint):
                self._hint = hint
                self._post(event)
            case _ if isinstance(event, wire.Order):
                raise wire.WireError(f"{type(event).__name__} came from the child")
            case _:
                self._post(event)

    def _order(self, link: socket.socket) -> None:
        """Pass on what other threads asked for since the last message; the child beats twice a second."""
        if self._reload.is_set():
            self._reload.clear()
            wire.send(link, wire.Reload())
        while not self._asked.empty():
            wire.send(link, self._asked.get())
        now = time.monotonic()
        if now - self._looked_at < PREVIEW_S and now - self._asked_at > PREVIEW_S / 3:
            self._asked_at = now
            wire.send(link, wire.WantPreview(self._looked_at + PREVIEW_S - now))

    def _gone(self, why: str) -> None:
        """Nothing that a dead child said last stays in force."""
        self._preview, self._asked_at = (b"", float("-inf")), float("-inf")
        if self._hint is not FaceHint.NONE:
            self._hint = FaceHint.NONE
            self._post(FaceHinted(FaceHint.NONE))
        if self._camera.working:
            self._camera = CameraChanged(False, "the face process is down")
            self._post(self._camera)
        self._say(FacesChanged(False, why))

    def _say(self, state: FacesChanged) -> None:
        if state.working == self._said.working and (state.working or state == self._said):
            return
        if state.working != self._said.working:
            log.log(logging.INFO if state.working else logging.WARNING, "face process: %s", state.detail)
        self._said = state
        self._post(state)


def _spawn(link: int) -> subprocess.Popen[bytes]:
    root = str(Path(edge.__file__).parents[1])
    paths = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "edge.faces.child", str(link), str(os.getpid())],
        pass_fds=[link],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        env={**os.environ, **QUIET, "PYTHONPATH": paths},
    )


def _hang_up(link: socket.socket) -> None:
    try:
        link.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # the other end was quicker


def _end(child: subprocess.Popen[bytes]) -> None:
    """The child leaves when its pipe closes; one that hangs is killed."""
    try:
        child.wait(END_S)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
