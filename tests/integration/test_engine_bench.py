"""`kiosk face calibrate` and `kiosk bench identify` on a few dozen photographs, as on somebody else's folder."""

import json
from pathlib import Path

import pytest

from cli import bench_identify, face

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "faces"
PEOPLE, PICTURES, STRANGERS = 22, 2, 6

pytestmark = [pytest.mark.faces, pytest.mark.skipif(not DATA.is_dir(), reason="no face photographs beside the project")]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A part of the data set in the same form, with a file that is no picture in it."""
    made = tmp_path_factory.mktemp("data")
    for person in sorted((DATA / "people").iterdir())[:PEOPLE]:
        (made / "people" / person.name).mkdir(parents=True)
        for picture in sorted(person.glob("*.jpg"))[:PICTURES]:
            (made / "people" / person.name / picture.name).symlink_to(picture)
    (made / "strangers").mkdir()
    for picture in sorted((DATA / "strangers").glob("*.jpg"))[:STRANGERS]:
        (made / "strangers" / picture.name).symlink_to(picture)
    (made / "strangers" / "Nobody_0001.jpg").write_bytes(b"no picture")
    return made


def test_identify_reports_rows_for_everybody_and_for_the_group(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    group, file, cache = tmp_path / "few.txt", tmp_path / "out.json", tmp_path / "vectors.npz"
    group.write_text("\n".join(path.name for path in (folder / "people").iterdir()))
    asked = ["--data", str(folder), "--group", str(group), "--json", str(file), "--cache", str(cache)]
    assert bench_identify.main(asked) == 0
    found = json.loads(file.read_text())
    assert {(row["n"], row["enrol_images"], row["probe_images"], row["rule"]) for row in found["results"] if row["group"] == "few"} >= {
        (20, 1, 1, "shipped"),
        (20, 1, 1, "plain"),
    }
    assert sum(found["data"]["refused_pictures"].values()) >= 1
    assert "| all | 20 | 1 + 1 | shipped |" in capsys.readouterr().out
    assert bench_identify.main(asked) == 0
    assert json.loads(file.read_text()) == found


def test_too_little_data_calibrates_nothing(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert face.main(["calibrate", "--data", str(folder), "--out", str(tmp_path / "x.yaml")]) == 1
    assert not (tmp_path / "x.yaml").exists()
    assert "are needed" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["engine", "check", "nothing"], ["calibrate", "--data", "nowhere"]])
def test_refusals_are_words_and_a_code(words: list[str], capsys: pytest.CaptureFixture[str]):
    assert face.main(words) == 1
    assert capsys.readouterr().err.startswith("kiosk face")


def test_engines_are_listed_with_what_they_need(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert face.main(["engine", "list", "--models", str(tmp_path)]) == 0
    listed = capsys.readouterr().out
    assert "calibrated up to 300 people" in listed
    assert "needs face_detection_yunet_2023mar.onnx, face_recognition_sface_2021dec.onnx" in listed
