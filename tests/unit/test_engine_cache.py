"""The converted model on disk: made once, found again, made again when it was damaged or its source changed."""

from pathlib import Path

import pytest

from edge.faces.engine.model_cache import cache_folder, converted


class Counting:
    """A converter that says how often it ran."""

    def __init__(self) -> None:
        self.runs = 0

    def __call__(self, data: bytes, notes: dict[str, str]) -> bytes:
        self.runs += 1
        return b"model of " + data


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "weights.dat"
    path.write_bytes(b"one")
    return path


def stored(model: Path | bytes) -> bytes:
    assert isinstance(model, Path)
    return model.read_bytes()


def test_the_second_start_takes_the_file(source: Path, tmp_path: Path):
    convert = Counting()
    first = converted(source, 1, convert, tmp_path / "cache")
    assert converted(source, 1, convert, tmp_path / "cache") == first
    assert (stored(first), convert.runs) == (b"model of one", 1)


def test_a_damaged_file_is_made_again_and_replaced(source: Path, tmp_path: Path):
    convert = Counting()
    first = converted(source, 1, convert, tmp_path / "cache")
    assert isinstance(first, Path)
    first.write_bytes(b"model of onf")
    assert stored(converted(source, 1, convert, tmp_path / "cache")) == b"model of one"
    assert [path.name for path in (tmp_path / "cache").iterdir()] == [first.name]


@pytest.mark.parametrize("change", ["source", "version"])
def test_another_source_or_converter_makes_another_file(source: Path, tmp_path: Path, change: str):
    convert = Counting()
    converted(source, 1, convert, tmp_path / "cache")
    if change == "source":
        source.write_bytes(b"two")
    converted(source, 1 if change == "source" else 2, convert, tmp_path / "cache")
    assert convert.runs == 2


def test_where_nothing_can_be_written_the_model_stays_in_memory(source: Path, tmp_path: Path):
    (tmp_path / "cache").write_text("a file where the folder should be")
    assert converted(source, 1, Counting(), tmp_path / "cache") == b"model of one"


def test_systemd_names_the_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("CACHE_DIRECTORY", f"{tmp_path}:/elsewhere")
    assert cache_folder() == tmp_path
    monkeypatch.delenv("CACHE_DIRECTORY")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_folder() == tmp_path / "smart-station"
