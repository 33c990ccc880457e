"""The liveness bench on recordings made here: it counts what passes and what does not. Not a measurement of real attacks."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import cv2
import pytest

from cli import bench_liveness
from contract.config import IdentityConfig
from edge.domain.challenge import Outcome, Turn
from edge.faces.engine.choice import models_folder
from edge.faces.engine.models import built_in
from tests.unit.test_faces_passive import brightness, laid
from twin import photos
from twin.scenes import InFront, Scene, Turning, Wall
from twin.turning import Head, Image, Script

pytestmark = [pytest.mark.faces, pytest.mark.slow]
SECONDS = 11


@pytest.fixture(scope="module")
def portrait() -> Image:
    try:
        return photos.framed(photos.portraits()["visitor A"][-1])
    except photos.PhotosUnavailable as error:
        pytest.skip(str(error))


def written(pictures: Iterable[Image], folder: Path) -> None:
    folder.mkdir(parents=True)
    for number, picture in enumerate(pictures):
        cv2.imwrite(str(folder / f"{number:04}.jpg"), picture)


def shown(scene: Scene) -> list[Image]:
    return [scene.frame(number) for number in range(SECONDS * 15)]


class LeftThenRight:
    """A head that is told what to do as if by the screen, at times of its own."""

    TOLD = ((1.5, "left"), (4.0, "front"), (5.5, "right"), (8.5, "front"))

    def __init__(self) -> None:
        self._now = 0.0
        self._head, self._left = Head(lambda: self._now), list(self.TOLD)

    def __call__(self, seconds: float) -> tuple[float, float]:
        self._now = seconds
        if self._left and seconds >= self._left[0][0]:
            self._head.look(self._left.pop(0)[1])
        return self._head(seconds)


def turning(portrait: Image, script: Script) -> Turning:
    return Turning(portrait, Wall(640, 480), 0.98, 1, script, 15)


@pytest.fixture(scope="module")
def folder(portrait: Image, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("attacks")
    still, turns = shown(InFront(portrait, Wall(640, 480), 0.98, 1)), shown(turning(portrait, LeftThenRight()))
    written(still, made / "attacks/print/one__left-right")
    written(turns, made / "attacks/replay/told_before__left-right")
    written(turns, made / "attacks/replay/told_wrongly__right-left")
    written(turns, made / "bona_fide/a/follows__left-right")
    written(still, made / "bona_fide/a/does_not_follow__left-right")
    written([Wall(640, 480).frame(number) for number in range(15)], made / "attacks/nobody/wall__left-right")
    (made / "bona_fide/a/unlabelled").mkdir()
    return made


def test_rates_by_species_worst_first(folder: Path, tmp_path: Path) -> None:
    assert bench_liveness.main(["--attacks", str(folder), "--json", str(tmp_path / "out.json")]) == 0
    found = json.loads((tmp_path / "out.json").read_text())
    assert [(row["species"], row["errors"], row["presentations"], row["non_responses"]) for row in found["apcer"]] == [
        ("replay", 1, 2, 0), ("nobody", 0, 1, 1), ("print", 0, 1, 0),
    ]  # fmt: skip
    assert found["worst_apcer"] == 0.5
    assert found["apcer"][0]["lower"] == pytest.approx(0.0126, abs=1e-3)
    assert found["apcer"][0]["upper"] == pytest.approx(0.9874, abs=1e-3)
    assert (found["bpcer"]["errors"], found["bpcer"]["presentations"]) == (1, 2)
    assert found["skipped"] == ["unlabelled: does not say what was asked"]


def test_a_film_that_stands_still_or_runs_in_a_loop_is_refused(portrait: Image) -> None:
    film = [turning(portrait, LeftThenRight()).frame(number) for number in range(12)]
    pictures = (film[number % 12] for number in range(200))
    assert bench_liveness.judged(pictures, (Turn.LEFT,), built_in(), IdentityConfig()) is Outcome.FAILED


def test_an_empty_folder_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert bench_liveness.main(["--attacks", str(tmp_path)]) == 1
    assert "no recordings" in capsys.readouterr().err


def test_a_passive_model_is_measured_beside_the_challenge(portrait: Image, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One that finds every picture alive lets every attack in, one that finds none alive refuses everybody: both are told as that."""
    still = [InFront(portrait, Wall(640, 480), 0.98, 1).frame(number) for number in range(30)]
    data = tmp_path / "data"
    written(still, data / "attacks" / "screen" / "one__left-right")
    written(still, data / "bona_fide" / "an" / "one")
    for scale, apcer, bpcer in ((1.0, 1.0, 0.0), (-1.0, 0.0, 1.0)):
        path = laid(tmp_path, brightness(), mean=[0.0] * 3, scale=[scale] * 3)
        asked = ["--attacks", str(data), "--passive", str(path), "--models", str(models_folder(tmp_path))]
        assert bench_liveness.main(asked) == 0
        passive = json.loads(capsys.readouterr().out)["passive"]
        assert (passive["worst_apcer"], passive["bpcer"]["rate"], passive["bpcer"]["presentations"]) == (apcer, bpcer, 1)


def test_a_passive_model_that_does_not_load_measures_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert bench_liveness.main(["--attacks", str(tmp_path), "--passive", "minifasnet-v2"]) == 1
    assert "sha256" in capsys.readouterr().err
