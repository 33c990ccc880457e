"""Enrolment from real photographs and from files that are none: a template, or words for whoever enrols."""

import os
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image as Pictures

from edge.faces.enrol import SIDE_PX, Enroller, EnrolmentRefused, read_picture

pytestmark = [pytest.mark.faces]

PHOTOS = Path(__file__).resolve().parents[3] / "shared" / "data" / "faces" / "people"


@pytest.fixture(scope="module")
def enroller() -> Enroller:
    return Enroller()


@pytest.fixture(scope="module")
def photos() -> dict[str, list[Path]]:
    if not PHOTOS.is_dir():
        pytest.skip(f"no face photographs in {os.path.relpath(PHOTOS)}")
    return {name: sorted((PHOTOS / name).glob("*.jpg")) for name in ("Hu_Jintao", "Abdullah_Gul")}


def refusal(enroller: Enroller, path: Path) -> str:
    with pytest.raises(EnrolmentRefused) as refused:
        enroller.from_files([path])
    return str(refused.value)


def test_three_photographs_make_a_unit_template_near_a_fourth(enroller: Enroller, photos: dict[str, list[Path]]):
    made = enroller.from_files(photos["Hu_Jintao"][:3])
    assert (made.used, made.refused, made.enough) == (3, (), True)
    assert made.template.dtype == np.float32
    assert np.linalg.norm(made.template) == pytest.approx(1.0, abs=1e-5)
    same = enroller.vector(read_picture(photos["Hu_Jintao"][3]))
    other = enroller.vector(read_picture(photos["Abdullah_Gul"][0]))
    assert np.linalg.norm(made.template - same) < 0.35 < np.linalg.norm(made.template - other)


def test_bad_files_are_left_out_and_named(enroller: Enroller, photos: dict[str, list[Path]], tmp_path: Path):
    (tmp_path / "empty.jpg").write_bytes(b"")
    cut = tmp_path / "cut.jpg"
    cut.write_bytes(photos["Hu_Jintao"][1].read_bytes()[:4000])
    made = enroller.from_files(
        [photos["Hu_Jintao"][0], tmp_path / "empty.jpg", cut, tmp_path / "missing.jpg", tmp_path]
    )
    assert (made.used, made.enough) == (1, False)
    assert [reason.split(": ")[0] for reason in made.refused] == ["empty.jpg", "cut.jpg", "missing.jpg", tmp_path.name]


def test_two_people_make_no_template(enroller: Enroller, photos: dict[str, list[Path]]):
    with pytest.raises(EnrolmentRefused, match="different people"):
        enroller.from_files([photos["Hu_Jintao"][0], photos["Abdullah_Gul"][0]])


def test_six_faces_in_a_picture_are_refused(enroller: Enroller, photos: dict[str, list[Path]], tmp_path: Path):
    pictures = [cv2.imread(str(path)) for path in photos["Hu_Jintao"][:3] + photos["Abdullah_Gul"][:3]]
    crowd = np.vstack([np.hstack(pictures[:3]), np.hstack(pictures[3:])])
    cv2.imwrite(str(tmp_path / "six.png"), crowd)
    assert "one person at a time" in refusal(enroller, tmp_path / "six.png")


def test_a_blurred_a_dark_and_a_small_face_are_refused(
    enroller: Enroller, photos: dict[str, list[Path]], tmp_path: Path
):
    image = cv2.imread(str(photos["Hu_Jintao"][0]))
    big = cv2.resize(image, (500, 500), interpolation=cv2.INTER_CUBIC)
    for name, picture, reason in (
        ("blur", cv2.GaussianBlur(big, (0, 0), 5), "blurred"),
        ("dark", (big * 0.2).astype(np.uint8), "too dark"),
        ("small", cv2.resize(image, (160, 160), interpolation=cv2.INTER_AREA), "small|no face"),
    ):
        cv2.imwrite(str(tmp_path / f"{name}.png"), picture)
        assert any(word in refusal(enroller, tmp_path / f"{name}.png") for word in reason.split("|"))


def test_a_wall_shows_no_face(enroller: Enroller, tmp_path: Path):
    Pictures.new("RGB", (640, 480), (120, 130, 140)).save(tmp_path / "wall.jpg")
    assert "no face found" in refusal(enroller, tmp_path / "wall.jpg")


def test_an_animated_picture_is_refused(enroller: Enroller, tmp_path: Path):
    frames = [Pictures.new("RGB", (64, 64), (shade, 0, 0)) for shade in (0, 120, 240)]
    frames[0].save(tmp_path / "moving.webp", save_all=True, append_images=frames[1:])
    frames[0].save(tmp_path / "moving.gif", save_all=True, append_images=frames[1:])
    assert "animated" in refusal(enroller, tmp_path / "moving.webp")
    assert "known kind" in refusal(enroller, tmp_path / "moving.gif")


def test_twenty_megapixels_are_read_small_or_refused_before_decoding(
    enroller: Enroller, photos: dict[str, list[Path]], tmp_path: Path
):
    Pictures.open(photos["Hu_Jintao"][0]).resize((4500, 4500)).save(tmp_path / "phone.jpg")
    assert max(read_picture(tmp_path / "phone.jpg").shape) <= SIDE_PX
    assert enroller.from_files([tmp_path / "phone.jpg"]).used == 1
    Pictures.new("1", (20_000, 20_000)).save(tmp_path / "bomb.png")
    assert "megapixels" in refusal(enroller, tmp_path / "bomb.png") or "large" in refusal(
        enroller, tmp_path / "bomb.png"
    )


def test_a_photograph_stored_sideways_is_turned_upright(
    enroller: Enroller, photos: dict[str, list[Path]], tmp_path: Path
):
    turned = Pictures.open(photos["Hu_Jintao"][0]).transpose(Pictures.Transpose.ROTATE_90)
    exif = Pictures.Exif()
    exif[0x0112] = 6
    turned.save(tmp_path / "side.jpg", exif=exif, quality=95)
    assert enroller.from_files([tmp_path / "side.jpg"]).used == 1
