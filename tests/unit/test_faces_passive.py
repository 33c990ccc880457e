"""A passive liveness model by manifest: what is refused and how, what the model is shown, what its numbers mean."""

import hashlib
from math import isnan
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from cli.face import main
from contract.liveness import PASSIVE
from edge.domain.sight import LivenessJudged
from edge.faces.engine import onnx_file
from edge.faces.engine.onnx_file import Graph, Node, Value
from edge.faces.passive import choice, manifest
from edge.faces.passive.manifest import PassiveRefused
from edge.faces.passive.model import Judge, PassiveNet, around
from edge.faces.shapes import Box, Image

SIDE = 16
FACE = Box(200, 100, 300, 200)


def brightness() -> bytes:
    """A model for which bright is alive: the sigmoid of the mean."""
    nodes = (Node("ReduceMean", ("in",), "mean", {"axes": (1, 2, 3), "keepdims": 0}), Node("Sigmoid", ("mean",), "out"))
    start, end = Value("in", onnx_file.FLOAT, (1, 3, SIDE, SIDE)), Value("out", onnx_file.FLOAT, (1,))
    return onnx_file.model(Graph("brightness", nodes, {}, start, end), {})


def channels() -> bytes:
    """The means of the three channels, in their order."""
    nodes = (Node("ReduceMean", ("in",), "out", {"axes": (2, 3), "keepdims": 0}),)
    start, end = Value("in", onnx_file.FLOAT, (1, 3, SIDE, SIDE)), Value("out", onnx_file.FLOAT, (1, 3))
    return onnx_file.model(Graph("channels", nodes, {}, start, end), {})


def document(net: bytes, **changed: object) -> dict[str, Any]:
    wanted: dict[str, Any] = dict(yaml.safe_load(manifest.find("minifasnet-v2").read_text()))
    wanted |= {"name": "mine", "file": "net.onnx", "sha256": hashlib.sha256(net).hexdigest(), "width": SIDE, "height": SIDE}
    wanted |= {"outputs": 1, "alive": 0, "ratio": "as_is", "mean": [128.0] * 3, "scale": [0.05] * 3}
    return wanted | changed


def laid(folder: Path, net: bytes, **changed: object) -> Path:
    """Model and manifest as an operator lays them down; the manifest."""
    choice.models_folder(folder).mkdir(exist_ok=True)
    (choice.models_folder(folder) / "net.onnx").write_bytes(net)
    path = folder / "mine.yaml"
    path.write_text(yaml.safe_dump(document(net, **changed)))
    return path


def loaded(folder: Path, net: bytes, **changed: object) -> PassiveNet:
    return PassiveNet(manifest.read(laid(folder, net, **changed)), choice.models_folder(folder))


def frame(blue: int, green: int, red: int) -> Image:
    return np.full((480, 640, 3), (blue, green, red), np.uint8)


@pytest.mark.parametrize(("grey", "low", "high"), [(0, 0.0, 0.01), (128, 0.49, 0.51), (255, 0.99, 1.0)])
def test_the_model_is_fed_as_the_manifest_says(tmp_path: Path, grey: int, low: float, high: float) -> None:
    assert low <= loaded(tmp_path, brightness())(frame(grey, grey, grey), FACE) <= high


@pytest.mark.parametrize(("colour", "alive", "wanted"), [("bgr", 0, 10.0), ("bgr", 2, 30.0), ("rgb", 0, 30.0), ("rgb", 1, 20.0)])
def test_channels_come_in_the_order_of_the_manifest(tmp_path: Path, colour: str, alive: int, wanted: float) -> None:
    net = loaded(tmp_path, channels(), colour=colour, alive=alive, outputs=3, mean=[0.0] * 3, scale=[1.0] * 3)
    assert net(frame(10, 20, 30), FACE) == pytest.approx(wanted)


def test_softmax_and_sigmoid_make_ratios(tmp_path: Path) -> None:
    changed = {"outputs": 3, "mean": [0.0] * 3, "scale": [0.1] * 3}
    powers = np.exp([1.0, 2.0, 3.0])
    soft = loaded(tmp_path, channels(), ratio="softmax", alive=1, **changed)
    assert soft(frame(10, 20, 30), FACE) == pytest.approx(float(powers[1] / powers.sum()), abs=1e-5)
    curved = loaded(tmp_path, channels(), ratio="sigmoid", alive=2, **changed)
    assert curved(frame(10, 20, 30), FACE) == pytest.approx(1 / (1 + np.exp(-3.0)), abs=1e-5)


def test_numbers_that_are_none_stay_none(tmp_path: Path) -> None:
    """The domain takes them for a no."""
    net = loaded(tmp_path, channels(), outputs=3, ratio="softmax", scale=[1e38] * 3)
    with np.errstate(all="ignore"):
        assert isnan(net(frame(255, 255, 255), FACE))


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"sha256": "fill-in"}, "not filled in yet"),
        ({"sha256": "12ab"}, "64 hexadecimal digits"),
        ({"sha256": "0" * 64}, "another or a damaged file"),
        ({"licence": "CC-BY-NC-4.0"}, "licence 'CC-BY-NC-4.0' is not one of"),
        ({"file": "../../etc/passwd"}, "file"),
        ({"file": "other.onnx"}, "other.onnx is not in"),
        ({"width": 24}, "takes [1, 3, 16, 16], the manifest says ['n', 3, 16, 24]"),
        ({"layout": "nhwc"}, "takes"),
        ({"outputs": 2}, "gives 1 numbers, the manifest says 2"),
        ({"alive": 1}, "there are 1 outputs, counted from 0"),
        ({"ratio": "softmax"}, "every picture would be alive"),
        ({"ratio": "magic"}, "ratio"),
        ({"scale": [1.0, 0.0, 1.0]}, "scale"),
        ({"threshold": 0.0}, "threshold"),
        ({"crop": 0.5}, "crop"),
        ({"colours": "rgb"}, "colours"),
    ],
    ids=str,
)
def test_what_is_wrong_is_refused_by_name_and_the_choice_stays(tmp_path: Path, changed: dict[str, object], words: str) -> None:
    with pytest.raises(PassiveRefused) as error:
        choice.use(laid(tmp_path, brightness(), **changed), tmp_path)
    assert words in str(error.value)
    assert not choice.choice_path(tmp_path).exists()


@pytest.mark.parametrize("bytes_", [b"", b"no model", brightness()[:-40]], ids=["empty", "text", "cut"])
def test_a_file_that_is_no_model_is_refused(tmp_path: Path, bytes_: bytes) -> None:
    with pytest.raises(PassiveRefused, match=r"net\.onnx"):
        loaded(tmp_path, bytes_)


def test_the_example_is_whole_but_for_its_checksum(tmp_path: Path) -> None:
    (path,) = manifest.shipped()
    with pytest.raises(PassiveRefused, match="sha256: fill-in"):
        manifest.read(path)
    filled = tmp_path / path.name
    filled.write_text(path.read_text().replace(manifest.FILL_IN, "ab" * 32))
    assert manifest.read(filled).name == path.stem


def test_the_surroundings_of_a_face_lie_in_the_frame() -> None:
    picture = np.arange(480 * 640 * 3, dtype=np.uint32).reshape(480, 640, 3).astype(np.uint8)
    assert around(picture, FACE, 1.0).tobytes() == picture[100:200, 200:300].tobytes()
    assert around(picture, FACE, 2.0).shape == (200, 200, 3)
    for box in (Box(-40, -30, 60, 70), Box(600, 420, 700, 520), Box(900, 900, 950, 950), Box(5, 5, 5, 5)):
        seen = around(picture, box, 2.7)
        assert seen.size > 0
    assert around(picture, Box(0, 0, 640, 480), 4.0).shape == (480, 640, 3)


def test_a_judgement_is_the_mean_of_fresh_frames_of_one_track() -> None:
    ratios = iter([0.9, 0.6, 0.9, 0.3, 0.9, 0.9, 0.9])
    judge = Judge(lambda picture, box: next(ratios), 3)
    picture = frame(0, 0, 0)
    assert [judge.see(picture, FACE, 1, now) for now in (1.0, 1.1)] == [[], []]
    assert judge.see(picture, FACE, 1, 1.2) == [LivenessJudged(PASSIVE, 1, pytest.approx(0.8), 1.0)]
    assert judge.see(picture, FACE, 1, 1.3) == [LivenessJudged(PASSIVE, 1, pytest.approx(0.6), 1.1)]
    assert judge.see(picture, FACE, 2, 1.4) == []
    assert judge.see(picture, FACE, 2, 1.5) == []
    assert judge.see(picture, FACE, 2, 1.6)[0].track == 2


def test_the_command_lists_checks_uses_and_takes_away(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = laid(tmp_path, brightness())
    models = str(choice.models_folder(tmp_path))
    assert main(["liveness", "list", "--models", models]) == 0
    assert "minifasnet-v2" in capsys.readouterr().out
    assert main(["liveness", "check", str(path), "--models", models]) == 0
    assert "was not tested" in capsys.readouterr().out
    with pytest.raises(PassiveRefused, match="no model chosen"):
        choice.judge(tmp_path)
    assert main(["liveness", "use", str(path), "--folder", str(tmp_path)]) == 0
    assert '"liveness": [{"source": "passive", "threshold": 0.8}]' in capsys.readouterr().out
    assert choice.judge(tmp_path).see(frame(255, 255, 255), FACE, 1, 0.0) == []
    assert main(["liveness", "off", "--folder", str(tmp_path)]) == 0
    assert not choice.choice_path(tmp_path).exists()


def test_the_command_refuses_in_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for asked in (["check", "minifasnet-v2"], ["use", "minifasnet-v2", "--folder", str(tmp_path)], ["check", "nothing"]):
        assert main(["liveness", *asked]) == 1
        assert "kiosk face liveness: " in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
