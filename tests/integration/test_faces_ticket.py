"""A ticket's QR code as a phone shows it, through a camera on the network, read by the real face process: the very text."""

from __future__ import annotations

import io
import os
import time
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cloud.adapters.qr import QUIET_MODULES, svg
from contract.config import CameraConfig
from contract.ticket import Ticket, TicketKey, public_key, seal, unseal
from edge.adapters.faces import FacesProcess
from edge.domain.messages import Input, QrRead
from twin.camera import Camera
from twin.scenes import Image

pytestmark = [pytest.mark.faces, pytest.mark.slow]

KEY = Ed25519PrivateKey.generate()
KEYS = [TicketKey(id=3, public_key=public_key(KEY))]
TRIES_S = 20.0


def fresh() -> str:
    return seal(Ticket(3, "p-1001", int(time.time()), os.urandom(8), station="st-1"), KEY)


def shown(text: str) -> Image:
    """The picture that the phone page gets from the cloud, drawn from its SVG."""
    import segno

    squares = segno.make(text, error="l", boost_error=True, micro=False)
    drawn = io.BytesIO()
    squares.save(drawn, kind="svg", border=QUIET_MODULES, xmldecl=False, omitsize=True, light="#fff", dark="#000", nl=False)
    assert drawn.getvalue().decode() == svg(text), "the same code as on the phone"
    rows = np.array([[0 if dark else 255 for dark in row] for row in squares.matrix_iter(border=QUIET_MODULES)], np.uint8)
    return np.asarray(cv2.cvtColor(cv2.resize(rows, None, fx=20, fy=20, interpolation=cv2.INTER_NEAREST), cv2.COLOR_GRAY2BGR), np.uint8)


@pytest.fixture
def camera() -> Iterator[Camera]:
    with Camera() as made:
        yield made


@pytest.fixture
def read(camera: Camera, tmp_path: Path) -> Iterator[list[str]]:
    """Texts that the face process posts, as they come."""
    texts: list[str] = []

    def post(heard: Input) -> None:
        if isinstance(heard, QrRead):
            texts.append(heard.text)

    process = FacesProcess(CameraConfig(source=camera.url), 3, tmp_path, post)
    process.start()
    yield texts
    process.stop()


def wait_for(texts: list[str], text: str) -> float:
    """s until it was read."""
    began = time.monotonic()
    while time.monotonic() - began < TRIES_S:
        if text in texts:
            return time.monotonic() - began
        time.sleep(0.02)
    raise AssertionError(f"not read within {TRIES_S:g} s; read were {len(texts)} other texts")


@pytest.mark.parametrize("share", [0.3, 0.5, 0.75])
def test_a_ticket_on_a_phone_is_read_to_the_letter(camera: Camera, read: list[str], share: float) -> None:
    """`share`: of the height of the frame that the code takes with its white border."""
    for _ in range(2):
        text = fresh()
        camera.show_person(shown(text), share)
        wait_for(read, text)
        assert unseal(read[-1], KEYS).person == "p-1001"


def test_the_card_of_the_twin_is_read_too(camera: Camera, read: list[str]) -> None:
    text = fresh()
    camera.show_qr(text)
    wait_for(read, text)
