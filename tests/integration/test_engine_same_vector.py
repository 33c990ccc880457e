"""The rebuilt net gives dlib's vector, and without ONNX Runtime dlib itself goes on."""

import logging
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from edge.faces.embed import DlibEmbedder, OnnxEmbedder, best_embedder
from edge.faces.shapes import Image

PHOTOS = Path(__file__).resolve().parents[3] / "shared" / "data" / "faces" / "strangers"
WITHIN = 1e-5


def chips() -> list[Image]:
    random = np.random.default_rng(3)
    made = [np.full((150, 150, 3), shade, np.uint8) for shade in (0, 128, 255)]
    made += [random.integers(0, 256, (150, 150, 3), np.uint8) for _ in range(3)]
    for path in sorted(PHOTOS.glob("*.jpg"))[:10]:
        made.append(np.ascontiguousarray(cv2.resize(cv2.imread(str(path))[50:200, 50:200, ::-1], (150, 150))))
    return made


def test_the_same_vector_as_dlib(tmp_path: Path):
    ours, theirs = OnnxEmbedder(tmp_path), DlibEmbedder()
    worst = max(float(abs(ours.raw(chip) - theirs.raw(chip)).max()) for chip in chips())
    assert worst <= WITHIN
    assert len(list(tmp_path.glob("*.onnx"))) == 1


def test_a_second_start_uses_the_kept_model(tmp_path: Path):
    OnnxEmbedder(tmp_path)
    (kept,) = tmp_path.glob("*.onnx")
    before = kept.stat().st_mtime_ns
    OnnxEmbedder(tmp_path)
    assert kept.stat().st_mtime_ns == before


def test_without_onnx_runtime_dlib_embeds_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture):
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with caplog.at_level(logging.WARNING):
        assert isinstance(best_embedder(tmp_path), DlibEmbedder)
    assert "dlib embeds, ten times slower" in caplog.text
