"""The real face process before a simulated head: poses on demand, a fresh comparison on demand, and a film that is refused."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from contract.config import CameraConfig
from edge.adapters.faces import FacesProcess
from edge.domain.sight import AskPose, FaceCompared, FaceHint, FaceHinted, FacePosed, FaceVerified, VerifyFace
from edge.faces.enrol import Enroller
from tests.integration.test_faces_process import Heard, is_camera, is_held, keep
from twin import photos
from twin.camera import Camera, Flow
from twin.turning import Head, Image

pytestmark = [pytest.mark.faces, pytest.mark.slow]


@pytest.fixture(scope="module")
def views() -> list[Image]:
    try:
        return [photos.framed(picture) for picture in photos.portraits()["visitor A"]]
    except photos.PhotosUnavailable as error:
        pytest.skip(str(error))


@pytest.fixture
def camera() -> Iterator[Camera]:
    with Camera() as made:
        yield made


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def faces(camera: Camera, heard: Heard, views: list[Image], tmp_path: Path) -> Iterator[FacesProcess]:
    made = FacesProcess(CameraConfig(source=camera.url), 3, tmp_path, heard.post)
    made.start()
    heard.wait(is_camera(True))
    keep(tmp_path, "visitor-a", Enroller().from_images(views[:2]).template)
    heard.wait(is_held("visitor-a"))
    yield made
    made.stop()


def compared(heard: Heard) -> FaceCompared:
    seen = heard.wait(lambda one: isinstance(one, FaceCompared))
    assert isinstance(seen, FaceCompared)
    return seen


def test_poses_come_while_they_are_asked_for_and_follow_the_head(
    camera: Camera, heard: Heard, faces: FacesProcess, views: list[Image]
) -> None:
    head = Head()
    camera.show_turning(views[-1], head)
    track = compared(heard).track
    assert not [one for one in heard.inputs if isinstance(one, FacePosed)]
    faces.order(AskPose(track, True))
    asked_at = time.monotonic()
    first = heard.wait(lambda one: isinstance(one, FacePosed), 1.0)
    assert isinstance(first, FacePosed) and first.track == track and first.seen_at - asked_at < 0.5
    head.look("left")
    heard.wait(lambda one: isinstance(one, FacePosed) and one.yaw > first.yaw + 0.2, 4.0)
    faces.order(AskPose(track, False))
    time.sleep(0.3)
    poses = [one for one in heard.inputs if isinstance(one, FacePosed)]
    assert len(poses) <= 10 * (poses[-1].seen_at - poses[0].seen_at) + 2
    time.sleep(0.5)
    assert len(poses) == sum(1 for one in heard.inputs if isinstance(one, FacePosed))


def test_a_person_is_compared_again_on_demand(camera: Camera, heard: Heard, faces: FacesProcess, views: list[Image]) -> None:
    camera.show_person(views[-1])
    track = compared(heard).track
    asked_at = time.monotonic()
    faces.order(VerifyFace("visitor-a", track))
    found = heard.wait(lambda one: isinstance(one, FaceVerified), 3.0)
    assert isinstance(found, FaceVerified)
    assert (found.person, found.track, found.frames) == ("visitor-a", track, 3)
    assert found.distance < 0.332 and found.seen_at >= asked_at - 0.2
    faces.order(VerifyFace("nobody", None))
    stranger = heard.wait(lambda one: isinstance(one, FaceVerified) and one.person == "nobody", 3.0)
    assert isinstance(stranger, FaceVerified) and stranger.distance == float("inf")


def test_a_picture_that_stands_still_is_not_compared(camera: Camera, heard: Heard, faces: FacesProcess, views: list[Image]) -> None:
    camera.show_person(views[-1])
    compared(heard)
    camera.set_flow(Flow.FROZEN)
    heard.wait(lambda one: one == FaceHinted(FaceHint.FROZEN), 5.0)
    told = len(heard.inputs)
    time.sleep(2.5)
    assert not [one for one in heard.inputs[told:] if isinstance(one, FaceCompared)]
    camera.set_flow(Flow.LIVE)
    heard.wait(lambda one: one == FaceHinted(FaceHint.NONE), 3.0, told)
