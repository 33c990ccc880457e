"""What a face looks like, as 128 numbers: chips of one person lie close together. The seam for other engines.

Both embedders here run the same weights (dlib's, CC0) and give the same vector to 1e-5. Only the models used are loaded:
`import face_recognition` would load four, 141 MB in 1.9 s.
"""

import logging
from pathlib import Path
from typing import Any, Protocol

import dlib
import face_recognition_models
import numpy as np

from edge.faces.engine import convert
from edge.faces.engine.dlib_weights import WeightsRefused
from edge.faces.engine.model_cache import converted
from edge.faces.engine.onnx_net import NetRefused, OnnxNet
from edge.faces.shapes import Image, Vector, unit

log = logging.getLogger(__name__)


class Embedder(Protocol):
    """Anything that turns `Aligned.picture`, here a (150, 150, 3) uint8 RGB chip, into a (128,) float32 unit vector."""

    def __call__(self, chip: Image) -> Vector: ...


class DlibWeights(Embedder, Protocol):
    """An embedder on dlib's weights, which can also tell the vector before it was brought to unit length."""

    def raw(self, chip: Image) -> Vector:
        """The vector as face_recognition knows it: its tolerance 0.6 is a distance between these."""
        ...


class DlibEmbedder:
    """dlib's residual net run by dlib: 93 ms a chip on one x86-64 core, for the wheel carries no BLAS."""

    def __init__(self) -> None:
        self._net: Any = dlib.face_recognition_model_v1(face_recognition_models.face_recognition_model_location())

    def __call__(self, chip: Image) -> Vector:
        return unit(self.raw(chip))

    def raw(self, chip: Image) -> Vector:
        return np.array(self._net.compute_face_descriptor(chip), dtype=np.float32)


class OnnxEmbedder:
    """The same net run by ONNX Runtime: 7.5 ms a chip on one x86-64 thread.

    Converted at the first start (0.2 s) into `folder`, or into the cache of this user.

    Raises:
        ImportError: onnxruntime is not installed.
        WeightsRefused: the installed weights are not those of the net.
    """

    def __init__(self, folder: Path | None = None, threads: int = 1) -> None:
        source = Path(face_recognition_models.face_recognition_model_location())
        self._net = OnnxNet(converted(source, convert.VERSION, convert.convert, folder), threads)

    def __call__(self, chip: Image) -> Vector:
        return unit(self.raw(chip))

    def raw(self, chip: Image) -> Vector:
        return np.asarray(self._net(chip[np.newaxis])[0], np.float32)


def best_embedder(folder: Path | None = None, threads: int = 1) -> DlibWeights:
    """ONNX Runtime where it is installed and takes the net, else dlib; says so when it is dlib."""
    try:
        return OnnxEmbedder(folder, threads)
    except (ImportError, WeightsRefused, NetRefused) as error:
        log.warning("face engine: dlib embeds, ten times slower, for ONNX Runtime cannot be used: %s", error)
        return DlibEmbedder()
