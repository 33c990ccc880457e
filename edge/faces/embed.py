"""What a face looks like, as 128 numbers: chips of one person lie close together. The seam for a faster engine."""

from typing import Any, Protocol

import dlib
import face_recognition_models
import numpy as np

from edge.faces.shapes import Image, Vector, unit


class Embedder(Protocol):
    """Anything that turns a (150, 150, 3) uint8 RGB chip into a (128,) float32 vector of unit length."""

    def __call__(self, chip: Image) -> Vector: ...


class DlibEmbedder:
    """dlib's residual net (CC0 weights): 93 ms a chip on one x86-64 core, for the wheel carries no BLAS.

    Only this model is loaded: `import face_recognition` would load four, 141 MB in 1.9 s.
    """

    def __init__(self) -> None:
        self._net: Any = dlib.face_recognition_model_v1(face_recognition_models.face_recognition_model_location())

    def __call__(self, chip: Image) -> Vector:
        return unit(np.array(self._net.compute_face_descriptor(chip), dtype=np.float64))
