"""The real face process on a real stream over loopback: what it says, and what is told when it or its camera fails."""

import http.server
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import psutil
import pytest

from contract.config import CameraConfig
from edge.adapters.faces import FacesProcess
from edge.domain.face_messages import FaceErased, FacesHeld, ForgetFace
from edge.domain.messages import CameraChanged, FacesChanged, Input, QrRead
from edge.domain.sight import FaceCompared
from edge.faces.enrol import Enroller
from edge.faces.shapes import Vector
from edge.faces.vault import Terms, Vault

pytestmark = [pytest.mark.faces, pytest.mark.slow]

PHOTOS = Path(__file__).resolve().parents[3] / "shared" / "data" / "faces" / "people"
GREY = np.full((480, 640, 3), 90, np.uint8)


def photographs() -> tuple[list[Path], list[Path]]:
    """Four photographs of one person and four of another."""
    if not PHOTOS.is_dir():
        pytest.skip(f"no face photographs in {os.path.relpath(PHOTOS)}")
    one, other = (sorted((PHOTOS / name).glob("*.jpg"))[:4] for name in ("Hu_Jintao", "Abdullah_Gul"))
    return one, other


def jpeg(image: np.ndarray) -> bytes:  # type: ignore[type-arg]
    return cv2.imencode(".jpg", image)[1].tobytes()


def standing_there(photo: Path) -> bytes:
    """A 640x480 frame with the photograph in its middle."""
    frame = GREY.copy()
    frame[:, 80:560] = cv2.resize(cv2.imread(str(photo)), (480, 480), interpolation=cv2.INTER_CUBIC)
    return jpeg(frame)


def sensed(picture: bytes, chance: np.random.Generator) -> bytes:
    """The picture with the noise of a sensor: one that never changes would be refused as frozen."""
    image = cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_COLOR)
    noise = chance.integers(-3, 4, image.shape, np.int16)
    return jpeg(np.clip(image + noise, 0, 255).astype(np.uint8))


class Stream:
    """An IP camera: MJPEG over HTTP that shows `self.shown` as a sensor would, stalls, or hangs up; `film`: without noise."""

    def __init__(self) -> None:
        self.shown = jpeg(GREY)
        self.film = False
        self.stalled = threading.Event()
        self.ended = threading.Event()
        stream = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, format: str, *args: object) -> None:
                return

            def do_GET(self) -> None:
                if stream.ended.is_set():
                    return
                self.send_response(200)
                self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
                self.end_headers()
                chance = np.random.default_rng(0)
                try:
                    while not stream.ended.is_set():
                        shown = stream.shown if stream.film else sensed(stream.shown, chance)
                        head = f"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {len(shown)}\r\n\r\n"
                        if not stream.stalled.is_set():
                            self.wfile.write(head.encode() + shown + b"\r\n")
                        time.sleep(0.07)
                except OSError:
                    return

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/cam.mjpg"

    def close(self) -> None:
        self.ended.set()
        self._server.shutdown()
        self._server.server_close()


class Heard:
    """What was posted, in order."""

    def __init__(self) -> None:
        self.inputs: list[Input] = []

    def post(self, sensed: Input) -> None:
        self.inputs.append(sensed)

    def wait(self, wanted: Callable[[Input], bool], seconds: float = 20.0, after: int = 0) -> Input:
        """The first input from index `after` on that is wanted."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            found = next((sensed for sensed in self.inputs[after:] if wanted(sensed)), None)
            if found is not None:
                return found
            time.sleep(0.02)
        raise AssertionError(f"not heard within {seconds} s: {self.inputs[after:]}")


@pytest.fixture
def stream() -> Iterator[Stream]:
    made = Stream()
    yield made
    made.close()


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def faces(stream: Stream, heard: Heard, tmp_path: Path) -> Iterator[FacesProcess]:
    made = FacesProcess(CameraConfig(source=stream.url), 3, tmp_path, heard.post)
    made.start()
    yield made
    made.stop()
    assert made.pid is None


def is_faces(working: bool) -> Callable[[Input], bool]:
    return lambda sensed: isinstance(sensed, FacesChanged) and sensed.working is working


def is_camera(working: bool) -> Callable[[Input], bool]:
    return lambda sensed: isinstance(sensed, CameraChanged) and sensed.working is working


def is_held(person: str) -> Callable[[Input], bool]:
    return lambda sensed: isinstance(sensed, FacesHeld) and person in [face.person for face in sensed.faces]


def keep(folder: Path, person: str, template: Vector) -> None:
    """As the command line does on the spot."""
    vault = Vault(folder)
    vault.put(person, template, "dlib", "2026-11-21", Terms("0badcafe0001", "en", 3, "operator"))
    vault.close()


def is_compared(sensed: Input) -> bool:
    return isinstance(sensed, FaceCompared)


def test_an_enrolled_person_is_nearest_and_a_stranger_is_near_nobody(
    stream: Stream, heard: Heard, faces: FacesProcess, tmp_path: Path
):
    one, other = photographs()
    enrolled = Enroller().from_files(one[:3])
    assert enrolled.enough
    heard.wait(is_camera(True))
    keep(tmp_path, "visitor-a", enrolled.template)
    heard.wait(is_held("visitor-a"))
    stream.shown = standing_there(one[3])
    seen = heard.wait(is_compared)
    assert isinstance(seen, FaceCompared)
    assert (seen.best, seen.frames, seen.gallery) == ("visitor-a", 3, 1)
    assert seen.best_distance < 0.332
    stream.shown = standing_there(other[0])
    stranger = heard.wait(lambda sensed: isinstance(sensed, FaceCompared) and sensed.track != seen.track)
    assert isinstance(stranger, FaceCompared)
    assert stranger.best_distance > 0.4


def test_a_withdrawn_person_is_no_longer_compared(stream: Stream, heard: Heard, faces: FacesProcess, tmp_path: Path):
    one, _ = photographs()
    keep(tmp_path, "visitor-a", Enroller().from_files(one[:1]).template)
    heard.wait(is_faces(True))
    stream.shown = standing_there(one[0])
    heard.wait(lambda sensed: isinstance(sensed, FaceCompared) and sensed.best == "visitor-a")
    faces.order(ForgetFace("visitor-a"))
    erased = heard.wait(lambda sensed: isinstance(sensed, FaceErased), 2.0)
    assert isinstance(erased, FaceErased) and (erased.person, len(erased.receipt)) == ("visitor-a", 32)
    stream.shown = standing_there(one[1])
    heard.wait(lambda sensed: isinstance(sensed, FaceCompared) and sensed.best is None)


def test_a_killed_face_process_is_told_and_comes_back(heard: Heard, faces: FacesProcess):
    heard.wait(is_camera(True))
    first = faces.pid
    assert first is not None
    before = len(heard.inputs)
    os.kill(first, signal.SIGKILL)
    heard.wait(is_faces(False), 2.0, before)
    heard.wait(is_faces(True), 20.0, before)
    heard.wait(is_camera(True), 20.0, before)
    assert faces.pid not in (None, first)


def test_a_frozen_face_process_is_ended_and_started_again(heard: Heard, faces: FacesProcess):
    heard.wait(is_faces(True))
    frozen = faces.pid
    assert frozen is not None
    os.kill(frozen, signal.SIGSTOP)
    before = len(heard.inputs)
    down = heard.wait(is_faces(False), 6.0, before)
    assert "silent" in down.detail  # type: ignore[union-attr]
    assert not psutil.pid_exists(frozen)
    heard.wait(is_faces(True), 20.0, before)


def test_a_stalled_stream_is_told_and_so_is_its_return(stream: Stream, heard: Heard, faces: FacesProcess):
    heard.wait(is_camera(True))
    stream.stalled.set()
    heard.wait(is_camera(False), 4.0)
    before = len(heard.inputs)
    stream.stalled.clear()
    heard.wait(is_camera(True), 10.0, before)
    assert faces.pid is not None


def test_a_camera_that_hangs_up_is_told_and_so_is_its_return(stream: Stream, heard: Heard, faces: FacesProcess):
    heard.wait(is_camera(True))
    stream.ended.set()
    heard.wait(is_camera(False), 4.0)
    before = len(heard.inputs)
    stream.ended.clear()
    heard.wait(is_camera(True), 10.0, before)
    assert faces.pid is not None


def test_no_camera_at_all_is_told_while_the_process_works(heard: Heard, tmp_path: Path):
    faces = FacesProcess(CameraConfig(source="/dev/no-such-camera"), 3, tmp_path, heard.post)
    faces.start()
    try:
        heard.wait(is_faces(True))
        lost = heard.wait(is_camera(False))
        assert lost == CameraChanged(False, "cannot be opened")
    finally:
        faces.stop()


def test_a_damaged_vault_stops_comparison_and_a_whole_one_starts_it(heard: Heard, faces: FacesProcess, tmp_path: Path):
    heard.wait(is_faces(True))
    for tail in ("", "-wal", "-shm"):
        (tmp_path / f"vault.db{tail}").write_bytes(b"rubbish" * 999)
    faces.reload_gallery()
    refused = heard.wait(is_faces(False))
    assert "vault.db" in refused.detail  # type: ignore[union-attr]
    before = len(heard.inputs)
    for tail in ("", "-wal", "-shm"):
        (tmp_path / f"vault.db{tail}").unlink(missing_ok=True)
    heard.wait(is_faces(True), 5.0, before)


def test_a_qr_code_before_the_camera_is_read(stream: Stream, heard: Heard, faces: FacesProcess):
    text = "4711-'; DROP TABLE people; --"
    code = cv2.resize(cv2.QRCodeEncoder.create().encode(text), (300, 300), interpolation=cv2.INTER_NEAREST)
    frame = GREY.copy()
    frame[90:390, 170:470] = code[:, :, None]
    heard.wait(is_camera(True))
    stream.shown = jpeg(frame)
    assert heard.wait(lambda sensed: isinstance(sensed, QrRead)) == QrRead(text)
    assert faces.pid is not None


def test_previews_come_only_while_asked_for(heard: Heard, faces: FacesProcess):
    heard.wait(is_camera(True))
    time.sleep(1.0)
    assert faces.preview() is None
    until = time.monotonic() + 5.0
    picture = None
    while picture is None and time.monotonic() < until:
        time.sleep(0.1)
        picture = faces.preview()
    assert picture is not None
    assert cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_COLOR).shape == (480, 640, 3)
    time.sleep(5.0)
    assert faces.preview() is None


PARENT = """
import sys, time
from pathlib import Path
from contract.config import CameraConfig
from edge.adapters.faces import FacesProcess
assert not {"cv2", "dlib"} & set(sys.modules)
working = []
faces = FacesProcess(CameraConfig(source=sys.argv[1]), 3, Path(sys.argv[2]), working.append)
faces.start()
while not working:
    time.sleep(0.05)
print(faces.pid, flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize("hung", [False, True])
def test_the_child_goes_when_its_parent_is_killed(stream: Stream, hung: bool, tmp_path: Path):
    root = str(Path(__file__).resolve().parents[2])
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, stream.url, str(tmp_path)],
        cwd=root,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    with parent:
        assert parent.stdout is not None
        child = psutil.Process(int(parent.stdout.readline()))
        if hung:
            child.suspend()
        parent.kill()
        assert psutil.wait_procs([child], timeout=2.0)[1] == []
