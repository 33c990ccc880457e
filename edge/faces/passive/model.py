"""A passive liveness model at work: a frame and a face in it to a ratio, 0..1, of how alive that face looks. Decides nothing."""

from collections import deque
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from contract.liveness import PASSIVE
from edge.domain.sight import LivenessJudged
from edge.faces.engine.manifest import EngineRefused, checked_file
from edge.faces.engine.onnx_net import NetRefused, OnnxNet
from edge.faces.passive.manifest import PassiveModel, PassiveRefused
from edge.faces.shapes import Box, Image

Look = Callable[[Image, Box], float]
"""A (height, width, 3) BGR frame and a box in it -> ratio; NaN when the model gives no number."""


class PassiveNet:
    """The operator's model, run by ONNX Runtime on one or two threads."""

    def __init__(self, wanted: PassiveModel, folder: Path, threads: int = 1) -> None:
        """Load and try it once. `folder`: where the operator put the file.

        Raises:
            PassiveRefused: the file is missing, is another one, or does not have the shape that the manifest says.
        """
        self._wanted = wanted
        self._net = _net(wanted, folder, threads)
        self._mean, self._scale = np.array(wanted.mean, np.float32), np.array(wanted.scale, np.float32)
        self._check()

    def __call__(self, frame: Image, box: Box) -> float:
        wanted = self._wanted
        seen = cv2.resize(around(frame, box, wanted.crop), (wanted.width, wanted.height))
        ordered = seen if wanted.colour == "bgr" else seen[:, :, ::-1]
        pixels = (ordered.astype(np.float32) - self._mean) * self._scale
        if wanted.layout == "nchw":
            pixels = pixels.transpose(2, 0, 1)
        return self._ratio(self._net(np.ascontiguousarray(pixels[np.newaxis])).reshape(-1))

    def _ratio(self, numbers: NDArray[np.float32]) -> float:
        wanted = self._wanted
        if wanted.ratio == "as_is":
            return float(numbers[wanted.alive])
        if wanted.ratio == "sigmoid":
            return float(1 / (1 + np.exp(-np.clip(numbers[wanted.alive], -80, 80))))
        powers = np.exp(numbers - numbers.max())
        return float(powers[wanted.alive] / powers.sum())

    def _check(self) -> None:
        """Compare the model's shapes with the manifest's, then run it once."""
        wanted = self._wanted
        size = (3, wanted.height, wanted.width) if wanted.layout == "nchw" else (wanted.height, wanted.width, 3)
        given = self._net.input_shape
        if len(given) != 4 or any(each not in (None, asked) for each, asked in zip(given[1:], size, strict=True)):
            raise PassiveRefused(f"{wanted.file}: takes {list(given)}, the manifest says {['n', *size]}")
        try:
            numbers = self._net(np.zeros((1, *size), np.float32)).size
        except Exception as error:  # noqa: BLE001 - ONNX Runtime's errors have no root of their own
            raise PassiveRefused(f"{wanted.file}: does not run: {str(error).splitlines()[0][:160]}") from None
        if numbers != wanted.outputs:
            raise PassiveRefused(f"{wanted.file}: gives {numbers} numbers, the manifest says {wanted.outputs}")


class Judge:
    """The mean over the newest frames of one track, told once there are enough; as old as the oldest frame in it."""

    def __init__(self, look: Look, frames: int) -> None:
        self._look = look
        self._track = -1
        self._seen: deque[tuple[float, float]] = deque(maxlen=frames)

    def see(self, frame: Image, box: Box, track: int, now: float) -> list[LivenessJudged]:
        """One good frame of a tracked face, taken at that monotonic second."""
        if track != self._track:
            self._track = track
            self._seen.clear()
        self._seen.append((now, self._look(frame, box)))
        if len(self._seen) < (self._seen.maxlen or 1):
            return []
        return [LivenessJudged(PASSIVE, track, float(np.mean([ratio for _, ratio in self._seen])), self._seen[0][0])]


def around(frame: Image, box: Box, sides: float) -> Image:
    """A face with its surroundings: so many sides of its box, shifted and shrunk so that it lies in the frame."""
    high, wide = frame.shape[:2]
    across, down = max(1, box.right - box.left), max(1, box.bottom - box.top)
    factor = min(sides, wide / across, high / down)
    width, height = max(1, int(across * factor)), max(1, int(down * factor))
    left = min(max(0, (box.left + box.right - width) // 2), wide - width)
    top = min(max(0, (box.top + box.bottom - height) // 2), high - height)
    return frame[top : top + height, left : left + width]


def _net(wanted: PassiveModel, folder: Path, threads: int) -> OnnxNet:
    try:
        return OnnxNet(checked_file(wanted, folder), threads)
    except EngineRefused as error:
        raise PassiveRefused(str(error)) from None
    except NetRefused as error:
        raise PassiveRefused(f"{wanted.file}: {error}") from None
    except ImportError:
        raise PassiveRefused(f"{wanted.file}: onnxruntime is not installed, and a liveness model cannot do without") from None
