"""QR codes in frames: read seldom, said once, cut short, and never a reason to fall over."""

import cv2
import numpy as np

from edge.domain.messages import QrRead
from edge.faces.qr import QrReader
from edge.faces.shapes import Image


def code(text: str) -> Image:
    drawn = cv2.QRCodeEncoder.create().encode(text)
    return np.asarray(cv2.resize(drawn, None, fx=6, fy=6, interpolation=cv2.INTER_NEAREST), np.uint8)


def test_a_code_is_said_once_and_again_after_three_seconds():
    reader, image = QrReader(), code("7-4711'; DROP TABLE people; --")
    said = [reader.look(image, second / 4) for second in range(15)]
    assert [second / 4 for second, read in enumerate(said) if read] == [0.0, 3.0]
    assert said[0] == QrRead("7-4711'; DROP TABLE people; --")


def test_another_code_is_said_at_once():
    reader = QrReader()
    reader.look(code("a"), 0.0)
    assert reader.look(code("b"), 0.5) == QrRead("b")


def test_no_more_than_three_looks_a_second():
    reader = QrReader()
    reader.look(code("a"), 0.0)
    assert reader.look(code("b"), 0.2) is None


def test_long_text_is_cut():
    read = QrReader().look(code("x" * 700), 0.0)
    assert read is not None
    assert len(read.text) == 512


def test_a_picture_without_a_code_or_without_sense_reads_as_nothing():
    noise = np.random.default_rng(1).integers(0, 256, (480, 640, 3)).astype(np.uint8)
    for number, image in enumerate([noise, np.zeros((480, 640, 3), np.uint8), np.zeros((1, 1, 3), np.uint8)]):
        assert QrReader().look(image, float(number)) is None
