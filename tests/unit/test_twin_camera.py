"""The simulated camera, opened through OpenCV as the edge opens any camera, and what may stand before it."""

import threading
import time

import cv2
import numpy as np
import pytest

from twin.camera import Camera, Flow
from twin.scenes import InFront, Wall, qr_card


@pytest.fixture
def camera():
    with Camera(width=320, height=240, fps=60, seed=2) as made:
        yield made


def watch(camera: Camera) -> cv2.VideoCapture:
    capture = cv2.VideoCapture(camera.url)
    assert capture.isOpened()
    return capture


def face_like() -> np.ndarray:
    picture = np.full((200, 150, 3), 90, np.uint8)
    cv2.circle(picture, (75, 80), 50, (120, 150, 200), -1)
    return picture


def seen_until(capture: cv2.VideoCapture, wanted, most: int = 240) -> np.ndarray | None:
    """Read on until a frame is as wanted: the stream holds older ones."""
    for _ in range(most):
        good, frame = capture.read()
        if good and wanted(frame):
            return frame
    return None


def is_bluish(frame: np.ndarray) -> bool:
    return bool(np.median(frame[:, :, 0]) > 200 and np.median(frame[:, :, 2]) < 50)


def test_an_empty_scene_is_served_in_the_asked_size(camera):
    good, frame = watch(camera).read()
    assert good and frame.shape == (240, 320, 3)
    assert abs(int(frame.max()) - int(frame.min())) < 80


def test_given_frames_reach_the_one_who_watches(camera):
    capture = watch(camera)
    camera.show([np.full((240, 320, 3), (230, 10, 10), np.uint8)])
    assert seen_until(capture, is_bluish) is not None


def test_a_jpeg_file_can_be_shown(camera):
    done, jpeg = cv2.imencode(".jpg", np.full((50, 60, 3), (230, 10, 10), np.uint8))
    assert done
    camera.show(bytes(jpeg))
    assert seen_until(watch(camera), is_bluish) is not None
    with pytest.raises(ValueError, match="no picture"):
        camera.show(b"not a picture")


def test_a_code_on_a_telephone_is_readable_from_the_frame(camera):
    text = "SS1:12345678:'; DROP TABLE people; --"
    camera.show_qr(text)
    assert seen_until(watch(camera), lambda frame: cv2.QRCodeDetector().detectAndDecode(frame)[0] == text) is not None


def test_an_unplugged_camera_drops_and_refuses_and_comes_back_at_the_same_address(camera):
    capture, url = watch(camera), camera.url
    camera.unplug()
    assert seen_until(capture, lambda frame: False, most=500) is None
    assert not cv2.VideoCapture(url).isOpened()
    camera.plug()
    assert camera.url == url
    assert watch(camera).read()[0]


def test_a_frozen_camera_repeats_one_picture(camera):
    camera.show_person(face_like())
    first = camera.jpeg()
    camera.set_flow(Flow.FROZEN)
    camera.show_nobody()
    time.sleep(0.05)
    assert camera.jpeg() == first
    camera.set_flow(Flow.LIVE)
    assert camera.jpeg() != first


def test_a_stalled_camera_sends_nothing(camera):
    camera.set_flow(Flow.STALLED)
    assert camera.jpeg() is None


def test_no_thread_is_left_after_stop():
    before = set(threading.enumerate())
    camera = Camera(fps=60)
    camera.start()
    capture = watch(camera)
    camera.stop()
    capture.release()
    assert set(threading.enumerate()) - before == set()


def test_it_serves_on_loopback_only(camera):
    assert camera.url.startswith("http://127.0.0.1:")


def test_frames_of_a_person_differ_but_repeat_with_the_seed():
    wall = Wall(320, 240)
    one, same, other = (InFront(face_like(), wall, 0.9, seed) for seed in (1, 1, 2))
    assert np.abs(one.frame(4).astype(int) - one.frame(5)).mean() > 0.2
    assert np.array_equal(one.frame(4), same.frame(4))
    assert not np.array_equal(one.frame(4), other.frame(4))


def test_a_long_code_is_readable_sooner_or_later():
    text = "x" * 512
    scene = InFront(qr_card(text), Wall(640, 480), 0.75, 1)
    assert any(cv2.QRCodeDetector().detectAndDecode(scene.frame(number))[0] == text for number in range(60))
