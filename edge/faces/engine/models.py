"""An engine at work: finds faces, aligns them, turns them into vectors. Built from its manifest; loads only what it names."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Never

import numpy as np

from edge.faces.align import Aligner
from edge.faces.detect import Detector
from edge.faces.embed import Embedder, best_embedder
from edge.faces.engine.crop import crop
from edge.faces.engine.manifest import EngineRefused, Manifest, OnnxEmbedder, YunetDetector, checked_file
from edge.faces.engine.onnx_net import NetRefused, OnnxNet
from edge.faces.engine.yunet import Yunet
from edge.faces.shapes import Aligned, Box, Image, Vector, unit

Find = Callable[[Image, Box | None, bool], list[Box]]
Align = Callable[[Image, Box], Aligned]


@dataclass(frozen=True)
class Engine:
    """`find` takes a grey frame, the last box, and whether to search thoroughly; `align` a BGR frame and a box."""

    find: Find
    align: Align
    embed: Embedder


def built_in(cache: Path | None = None, threads: int = 1) -> Engine:
    """dlib's models, the net run by ONNX Runtime where that is installed."""
    return Engine(Detector().find, Aligner(), best_embedder(cache, threads))


def blind() -> Engine:
    """An engine that sees nobody, in place of one that was refused."""

    def nothing(*_given: object, **_named: object) -> Never:
        raise AssertionError("no face was found, so none can be aligned")

    return Engine(lambda grey, last, thorough: [], nothing, nothing)


def load(manifest: Manifest, folder: Path, cache: Path | None = None, threads: int = 1) -> Engine:
    """The engine, every file of it checked. `folder`: where the operator put the files.

    Raises:
        EngineRefused: a file is missing, is another one, or does not have the shape that the manifest says.
    """
    yunet = _yunet(manifest.detector, folder) if isinstance(manifest.detector, YunetDetector) else None
    align: Align = Aligner()
    if isinstance(manifest.embedder, OnnxEmbedder):
        if yunet is None:
            raise EngineRefused(f"engine {manifest.name}: an ONNX embedder needs the five points of the detector yunet")
        align = _TemplateAligner(yunet, manifest.embedder)
        embed: Embedder = _Net(manifest.embedder, folder, threads)
    else:
        embed = best_embedder(cache, threads)
    return Engine(yunet.find if yunet else Detector().find, align, embed)


def _yunet(wanted: YunetDetector, folder: Path) -> Yunet:
    return Yunet(checked_file(wanted, folder), wanted)


class _TemplateAligner:
    """dlib's points and chip to judge a frame by, and beside them the crop that the embedder was trained with."""

    def __init__(self, yunet: Yunet, wanted: OnnxEmbedder) -> None:
        self._yunet, self._wanted, self._judged = yunet, wanted, Aligner()

    def __call__(self, frame: Image, box: Box) -> Aligned:
        points = self._yunet.points(box)
        if points is None:
            raise ValueError("a box that was not found in this frame")
        wanted = self._wanted
        return replace(self._judged(frame, box), crop=crop(frame, points, wanted.template, wanted.width, wanted.height))


class _Net:
    """The operator's embedder: BGR crop in, vector of unit length out."""

    def __init__(self, wanted: OnnxEmbedder, folder: Path, threads: int) -> None:
        path = checked_file(wanted, folder)
        try:
            self._net = OnnxNet(path, threads)
        except NetRefused as error:
            raise EngineRefused(f"{wanted.file}: {error}") from None
        except ImportError:
            raise EngineRefused(f"{wanted.file}: onnxruntime is not installed, and this engine cannot do without") from None
        self._wanted = wanted
        self._mean, self._scale = np.array(wanted.mean, np.float32), np.array(wanted.scale, np.float32)
        self._check()

    def __call__(self, chip: Image) -> Vector:
        ordered = chip if self._wanted.colour == "bgr" else chip[:, :, ::-1]
        pixels = (ordered.astype(np.float32) - self._mean) * self._scale
        if self._wanted.layout == "nchw":
            pixels = pixels.transpose(2, 0, 1)
        return unit(self._net(np.ascontiguousarray(pixels[np.newaxis])).reshape(-1))

    def _check(self) -> None:
        """Compare the model's shapes with the manifest's, then run it once."""
        wanted = self._wanted
        size = (3, wanted.height, wanted.width) if wanted.layout == "nchw" else (wanted.height, wanted.width, 3)
        given = self._net.input_shape
        if len(given) != 4 or any(each not in (None, asked) for each, asked in zip(given[1:], size, strict=True)):
            raise EngineRefused(f"{wanted.file}: takes {list(given)}, the manifest says {['n', *size]}")
        try:
            numbers = self._net(np.zeros((1, *size), np.float32)).size
        except Exception as error:  # noqa: BLE001 - ONNX Runtime's errors have no root of their own
            raise EngineRefused(f"{wanted.file}: does not run: {str(error).splitlines()[0][:160]}") from None
        if numbers != wanted.dimension:
            raise EngineRefused(f"{wanted.file}: gives {numbers} numbers, the manifest says {wanted.dimension}")
