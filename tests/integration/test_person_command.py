"""`kiosk person`: a face on the spot, from photographs that may be anything; whatever is wrong, nothing is changed."""

import os
from pathlib import Path

import cv2
import numpy as np
import pytest
import yaml
from PIL import Image as Pictures

from cli.person import main
from contract.config import IdentityConfig
from edge.adapters.kiosk_web import notice
from edge.faces.engine import choice
from edge.faces.engine.manifest import read, shipped_folder
from edge.faces.enrol import MAX_SPREAD, spread
from edge.faces.vault import Vault

pytestmark = [pytest.mark.faces]

PHOTOS = Path(__file__).resolve().parents[3] / "shared" / "data" / "faces" / "people"


@pytest.fixture(scope="module")
def photos() -> dict[str, list[Path]]:
    if not PHOTOS.is_dir():
        pytest.skip(f"no face photographs in {os.path.relpath(PHOTOS)}")
    return {name: sorted((PHOTOS / name).glob("*.jpg")) for name in ("Hu_Jintao", "Abdullah_Gul")}


def enrol(folder: Path, person: str, *pictures: Path) -> int:
    return main(["enrol", "--folder", str(folder), "--person", person, "--notice-accepted-by", "Ms Chen", *map(str, pictures)])


def people(folder: Path) -> list[str]:
    vault = Vault(folder)
    found = [kept.person for kept in vault.all() if kept.template is not None]
    vault.close()
    return found


def test_enrol_show_forget(photos: dict[str, list[Path]], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one = photos["Hu_Jintao"]
    assert enrol(tmp_path, "p-1", *one[:3]) == 0
    assert main(["show", "--folder", str(tmp_path)]) == 0
    told = capsys.readouterr().out
    assert all(words in told for words in ("p-1: one template of 3 pictures", notice.version(), "Ms Chen", "engine dlib"))
    assert b"Ms Chen" not in (tmp_path / "vault.db").read_bytes(), "who answered for it is sealed too"
    assert main(["forget", "--folder", str(tmp_path), "--person", "p-1"]) == 0
    assert "receipt" in capsys.readouterr().out
    assert people(tmp_path) == []
    assert main(["show", "--folder", str(tmp_path), "--person", "p-1"]) == 0
    assert "no face is kept of p-1" in capsys.readouterr().out


def test_the_same_face_under_two_names_is_flagged(
    photos: dict[str, list[Path]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one, other = photos["Hu_Jintao"], photos["Abdullah_Gul"]
    assert enrol(tmp_path, "p-1", *one[:3]) == 0
    assert enrol(tmp_path, "p-2", *other[:3]) == 0
    assert "looks very much alike" not in capsys.readouterr().out
    assert enrol(tmp_path, "p-3", *one[3:6]) == 0
    assert "looks very much alike" in capsys.readouterr().out


def own_engine(folder: Path, **changed: object) -> Path:
    """dlib's models under another name, as after a calibration with one's own photographs."""
    document = yaml.safe_load((shipped_folder() / "dlib.yaml").read_text(encoding="utf-8")) | {"name": "dlib-here"} | changed
    file = folder / "dlib-here.yaml"
    file.write_text(yaml.safe_dump(document), encoding="utf-8")
    return file


def test_the_engine_and_the_limits_of_the_station_are_used(
    photos: dict[str, list[Path]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of two people 0.6 or more apart none is flagged with dlib's own limits; with a table that asks for more, each is."""
    station, limits = tmp_path / "station", [{"frames": 3, "galleries": [{"gallery": 300, "limit": 0.9}], "margin": 0.1, "verify_limit": 0.3}]
    choice.use(own_engine(tmp_path, limits=limits), station)
    assert enrol(station, "p-1", *photos["Hu_Jintao"][:3]) == 0
    assert enrol(station, "p-2", *photos["Abdullah_Gul"][:3]) == 0
    assert "looks very much alike" in capsys.readouterr().out
    assert main(["show", "--folder", str(station)]) == 0
    assert capsys.readouterr().out.count("engine dlib-here") == 2


def test_an_engine_that_is_damaged_or_not_calibrated_enrols_nobody(
    photos: dict[str, list[Path]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for text, words in (("name: [", "engine.yaml"), (own_engine(tmp_path, limits=[], calibration=None).read_text(), "kiosk face calibrate")):
        choice.choice_path(tmp_path).write_text(text, encoding="utf-8")
        assert enrol(tmp_path, "p-1", *photos["Hu_Jintao"][:3]) == 1
        assert words in capsys.readouterr().err
    assert not (tmp_path / "vault.db").exists()


def test_pictures_of_another_embedder_may_be_further_apart() -> None:
    dlib = read(shipped_folder() / "dlib.yaml")
    sface = read(shipped_folder() / "yunet-sface.yaml")
    config = IdentityConfig(verify_limit=0.516)
    assert (spread(dlib, config), spread(sface, config)) == (MAX_SPREAD, 2 * MAX_SPREAD)


def bad_pictures(photos: dict[str, list[Path]], folder: Path) -> dict[str, Path]:
    """One file for each way in which a picture can be wrong."""
    folder.mkdir()
    made = {name: folder / name for name in ("corrupt.jpg", "empty.jpg", "large.png", "animated.webp", "nobody.png", "six.png")}
    made["corrupt.jpg"].write_bytes(photos["Hu_Jintao"][0].read_bytes()[:3000])
    made["empty.jpg"].write_bytes(b"")
    Pictures.new("L", (5000, 4000)).save(made["large.png"])
    frames = [Pictures.new("RGB", (200, 200), colour) for colour in ("red", "blue")]
    frames[0].save(made["animated.webp"], save_all=True, append_images=frames[1:])
    cv2.imwrite(str(made["nobody.png"]), np.full((480, 640, 3), 90, np.uint8))
    faces = [cv2.imread(str(path)) for path in photos["Hu_Jintao"][:3] + photos["Abdullah_Gul"][:3]]
    cv2.imwrite(str(made["six.png"]), np.vstack([np.hstack(faces[:3]), np.hstack(faces[3:])]))
    return made


WORDS = {
    "corrupt.jpg": "damaged", "empty.jpg": "not a picture", "large.png": "20 megapixels", "animated.webp": "animated",
    "nobody.png": "no face found", "six.png": "one person at a time",
}  # fmt: skip


def test_bad_pictures_are_named_and_nothing_is_changed(
    photos: dict[str, list[Path]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    station = tmp_path / "station"
    station.mkdir()
    assert enrol(station, "p-1", *photos["Abdullah_Gul"][:3]) == 0
    before = {path.name: path.read_bytes() for path in station.iterdir()}
    bad = bad_pictures(photos, tmp_path / "bad")
    for name, path in bad.items():
        capsys.readouterr()
        assert enrol(station, "p-2", path) == 1
        assert WORDS[name] in capsys.readouterr().err, name
    assert enrol(station, "p-2", photos["Hu_Jintao"][0], photos["Hu_Jintao"][1], *bad.values()) == 1
    assert "at least 3" in capsys.readouterr().err
    assert {path.name: path.read_bytes() for path in station.iterdir()} == before


@pytest.mark.parametrize(
    ("person", "words"), [("Ms Chen", "pseudonym"), ("../x", "pseudonym"), ("p'; DROP TABLE template; --", "pseudonym"), ("", "pseudonym")]
)
def test_a_wrong_name_is_refused(tmp_path: Path, person: str, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert enrol(tmp_path, person, tmp_path / "none.jpg") == 1
    assert words in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "--folder", str(tmp_path / "none")]) == 1
    assert "no such folder" in capsys.readouterr().err


def test_a_damaged_vault_is_told_and_left_as_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "vault.db").write_bytes(b"rubbish" * 999)
    for verb in (["show"], ["forget", "--person", "p-1"]):
        assert main([*verb, "--folder", str(tmp_path)]) == 1
        assert "vault.db" in capsys.readouterr().err
    assert (tmp_path / "vault.db").read_bytes() == b"rubbish" * 999
