"""Photographs: what is taken from a folder, what is refused in words, and the public portraits."""

import cv2
import numpy as np
import pytest

from twin import photos
from twin.photos import PhotosUnavailable


def picture(side_px: int = 100) -> bytes:
    done, jpeg = cv2.imencode(".jpg", np.full((side_px, side_px, 3), 128, np.uint8))
    assert done
    return bytes(jpeg)


def test_a_folder_per_person_gives_pictures_by_name(tmp_path):
    for who, count in (("anna", 2), ("bert", 1)):
        (tmp_path / who).mkdir()
        for number in range(count):
            (tmp_path / who / f"{number}.jpg").write_bytes(picture())
    found = photos.from_folder(tmp_path)
    assert {who: len(pictures) for who, pictures in found.people.items()} == {"anna": 2, "bert": 1}
    assert found.people["anna"][0] == picture() and found.skipped == []


def test_what_cannot_be_used_is_named_with_the_reason(tmp_path):
    (tmp_path / "anna").mkdir()
    (tmp_path / "nobody").mkdir()
    bad = {"broken.jpg": b"no picture", "empty.png": b"", "small.jpg": picture(40), "notes.txt": b"hello"}
    for name, data in {**bad, "good.jpg": picture()}.items():
        (tmp_path / "anna" / name).write_bytes(data)
    (tmp_path / "anna" / "huge.jpg").write_bytes(bytes(photos.MOST_BYTES + 1))
    found = photos.from_folder(tmp_path)
    assert list(found.people) == ["anna"] and len(found.people["anna"]) == 1
    reasons = "\n".join(found.skipped)
    for part in ("broken.jpg: not a picture", "empty.png: not a picture", "40x40 px", "notes.txt: not one of", "above"):
        assert part in reasons


def test_more_pictures_than_the_limit_are_named_and_left_out(tmp_path):
    (tmp_path / "anna").mkdir()
    for number in range(photos.MOST_PICTURES + 1):
        (tmp_path / "anna" / f"{number:02}.jpg").write_bytes(picture())
    found = photos.from_folder(tmp_path)
    assert len(found.people["anna"]) == photos.MOST_PICTURES and len(found.skipped) == 1


def test_a_folder_without_pictures_says_what_to_do(tmp_path):
    with pytest.raises(PhotosUnavailable, match="one folder per person"):
        photos.from_folder(tmp_path)
    with pytest.raises(PhotosUnavailable, match="nowhere"):
        photos.from_folder(tmp_path / "nowhere")


@pytest.mark.slow
def test_without_a_network_the_message_says_where_to_put_the_archive(tmp_path, monkeypatch):
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    with pytest.raises(PhotosUnavailable, match="put it at") as refused:
        photos.portraits(tmp_path)
    assert str(tmp_path / photos.ARCHIVE) in str(refused.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_an_archive_with_a_wrong_hash_is_not_read(tmp_path, monkeypatch):
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    (tmp_path / photos.ARCHIVE).write_bytes(b"something else")
    with pytest.raises(PhotosUnavailable):
        photos.portraits(tmp_path)


@pytest.mark.slow
def test_a_picture_without_a_face_cannot_be_framed():
    with pytest.raises(PhotosUnavailable, match="no face"):
        photos.framed(picture(200))
    with pytest.raises(PhotosUnavailable, match="not a picture"):
        photos.framed(b"not a picture")


@pytest.fixture(scope="module")
def people():
    try:
        return photos.portraits()
    except PhotosUnavailable as why:
        pytest.skip(str(why))


@pytest.mark.slow
@pytest.mark.faces
def test_the_portraits_are_three_of_one_and_one_of_another(people):
    assert {who: len(pictures) for who, pictures in people.items()} == {"visitor A": 3, "visitor B": 1}


@pytest.mark.slow
@pytest.mark.faces
def test_each_portrait_shows_one_face_large_enough_for_the_small_detector(people):
    import dlib

    from twin.scenes import InFront, Wall

    find = dlib.get_frontal_face_detector()
    for pictures in people.values():
        for data in pictures:
            frame = InFront(photos.framed(data), Wall(640, 480), 0.98, 1).frame(7)
            half = cv2.resize(cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY), (320, 240), interpolation=cv2.INTER_AREA)
            faces = find(half, 0)
            assert len(faces) == 1 and faces[0].width() >= 75
