"""The newest frame of one camera, and whether the camera works. Frames stay in memory, one at a time.

A thread reads, since a driver may block: OpenCV's own time-outs end a read from a stalled network stream after
2 s (tried), those of a video device after 10 s, and some drivers never. So `state` goes by the age of the newest frame,
whatever the thread is doing.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from edge.domain.messages import CameraChanged
from edge.faces.shapes import Image

OPEN_TIMEOUT_MS = 3000
READ_TIMEOUT_MS = 2000
LOST_AFTER_S = 2.0
FIRST_FRAME_S = 3.0
"""Opening takes up to the time-out; until then the camera is neither here nor lost."""
USABLE_S = 1.0
"""An older frame does not show who stands there now."""
PAUSE_S = (0.5, 5.0)
MAX_FPS = 15


@dataclass(frozen=True)
class Frame:
    """`image`: (height, width, 3) uint8 BGR. `taken_at`: monotonic s at which the read returned."""

    image: Image
    taken_at: float


class Camera:
    """Opens `source` (URL, device path, or an index as text) and opens it again for as long as it is lost.

    Wider frames are scaled down to `width`, so that no camera setting makes recognition slow. `height` is a wish.
    """

    def __init__(self, source: str, width: int, height: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._source, self._width, self._height, self._clock = source, width, height, clock
        self._frame: Frame | None = None
        self._why = ""
        self._began_at = self._heard_at = clock()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="camera", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Ask the thread to end; one that hangs in a driver ends with the process."""
        self._stop.set()
        self._thread.join(0.5)

    def newest(self) -> Frame | None:
        """The newest frame if it is at most 1 s old."""
        frame = self._frame
        return frame if frame is not None and self._clock() - frame.taken_at <= USABLE_S else None

    def state(self) -> CameraChanged | None:
        """Working: a frame came within the last 2 s. None: still opening.

        The detail names no address, which may hold a password.
        """
        frame = self._frame
        if frame is not None and self._clock() - frame.taken_at <= LOST_AFTER_S:
            return CameraChanged(True, f"{frame.image.shape[1]}x{frame.image.shape[0]}")
        if frame is None and self._clock() - self._began_at <= FIRST_FRAME_S:
            return None
        return CameraChanged(False, self._why or f"no new frame for {LOST_AFTER_S:g} s")

    def stuck_s(self) -> float:
        """How long the thread has been inside one call of the driver."""
        return self._clock() - self._heard_at

    def _run(self) -> None:
        pause = PAUSE_S[0]
        while not self._stop.is_set():
            self._heard_at = self._clock()
            capture = self._open()
            if capture.isOpened() and self._read_on(capture):
                pause = PAUSE_S[0]
            else:
                self._why = "cannot be opened" if not capture.isOpened() else "gives no frames"
            capture.release()
            self._pause(pause)
            pause = min(pause * 2, PAUSE_S[1])

    def _open(self) -> Any:
        if "://" in self._source:
            limits = [cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, OPEN_TIMEOUT_MS, cv2.CAP_PROP_READ_TIMEOUT_MSEC, READ_TIMEOUT_MS]
            return cv2.VideoCapture(self._source, cv2.CAP_FFMPEG, limits)
        source = int(self._source) if self._source.isdecimal() else self._source
        capture = cv2.VideoCapture(source)  # type: ignore[call-overload, unused-ignore]
        capture.set(cv2.CAP_PROP_FRAME_WIDTH, self._width)
        capture.set(cv2.CAP_PROP_FRAME_HEIGHT, self._height)
        capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)
        return capture

    def _read_on(self, capture: Any) -> bool:
        """Read until the stream ends; True if there was at least one frame."""
        kept_at = 0.0
        while not self._stop.is_set():
            grabbed = capture.grab()
            self._heard_at = now = self._clock()
            if not grabbed:
                self._why = "the stream ended or stalled"
                return kept_at > 0.0
            if now - kept_at < 1 / MAX_FPS:
                continue
            whole, image = capture.retrieve()
            if whole and image is not None and image.ndim == 3:
                self._frame, self._why, kept_at = Frame(self._fitted(image), now), "", now
        return True

    def _fitted(self, image: Any) -> Image:
        if image.shape[1] > self._width:
            factor = self._width / image.shape[1]
            image = cv2.resize(image, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
        return np.ascontiguousarray(image, np.uint8)

    def _pause(self, seconds: float) -> None:
        until = self._clock() + seconds
        while not self._stop.wait(0.1) and self._clock() < until:
            self._heard_at = self._clock()
