"""QR codes in frames: read seldom, said once, cut short, and never a reason to fall over."""

import time

import cv2
import numpy as np
import pytest
import segno

from contract.ticket import seal
from edge.domain.messages import QrRead
from edge.faces.qr import QrReader
from edge.faces.shapes import Image
from tests.tickets import KEY, ticket
from twin.scenes import InFront, Wall


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


def frame_with(text: str, share: float, number: int) -> Image:
    """A ticket on a phone, `share` of the frame's height with its border, as a camera of 640x480 sends it."""
    squares = segno.make(text, error="l", micro=False)
    rows = np.array([[0 if dark else 255 for dark in row] for row in squares.matrix_iter(border=4)], np.uint8)
    drawn = cv2.cvtColor(cv2.resize(rows, None, fx=20, fy=20, interpolation=cv2.INTER_NEAREST), cv2.COLOR_GRAY2BGR)
    frame = InFront(np.asarray(drawn, np.uint8), Wall(640, 480), share, 3).frame(3 * number)
    return np.asarray(cv2.imdecode(cv2.imencode(".jpg", frame, [cv2.IMWRITE_JPEG_QUALITY, 88])[1], cv2.IMREAD_COLOR), np.uint8)


@pytest.mark.slow
@pytest.mark.parametrize("share", [0.3, 0.5, 0.75])
def test_most_looks_at_a_ticket_read_it(share: float) -> None:
    """The smallest that is read at most looks is a quarter of the frame's height; three looks a second."""
    texts = [seal(ticket("p-1001", 1_800_000_000 + number), KEY) for number in range(12)]
    read = [QrReader().look(frame_with(text, share, number), 0.0) for number, text in enumerate(texts)]
    assert sum(one == QrRead(text) for one, text in zip(read, texts, strict=True)) >= 7


def test_a_sheet_of_finder_patterns_does_not_keep_the_camera_busy() -> None:
    """Hundreds of corners of codes, made to be tried against each other: a look ends, and the next one waits."""
    corner = np.zeros((14, 14), np.uint8)
    corner[2:12, 2:12] = 255
    corner[4:10, 4:10] = 0
    sheet = np.full((480, 640), 255, np.uint8)
    for top in range(2, 460, 18):
        for left in range(2, 620, 18):
            sheet[top : top + 14, left : left + 14] = corner
    reader, began = QrReader(), time.thread_time()
    assert reader.look(sheet, 0.0) is None
    assert time.thread_time() - began < 3
