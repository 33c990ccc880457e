"""Manifests of engines: what is shipped is whole; a wrong licence, checksum, shape or field is refused by its name."""

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from edge.faces.engine import choice, manifest, onnx_file
from edge.faces.engine.crop import similarity
from edge.faces.engine.manifest import EngineRefused
from edge.faces.engine.models import load
from edge.faces.engine.onnx_file import Graph, Node, Value

pytestmark = pytest.mark.slow  # seconds in all

YUNET = Path(__file__).resolve().parents[3] / "shared" / "models" / "face_detection_yunet_2023mar.onnx"


def sface() -> dict[str, Any]:
    return dict(yaml.safe_load(manifest.find("yunet-sface").read_text()))


def refused(document: dict[str, Any], tmp_path: Path) -> str:
    path = tmp_path / "engine.yaml"
    path.write_text(yaml.safe_dump(document))
    with pytest.raises(EngineRefused) as error:
        manifest.read(path)
    return str(error.value)


def test_shipped_manifests_are_whole_and_pinned():
    shipped = {path.stem: manifest.read(path) for path in manifest.shipped()}
    assert all(name == engine.name for name, engine in shipped.items())
    assert set(shipped) == {"dlib", "yunet", "yunet-sface"}
    assert [table.frames for table in shipped["dlib"].limits] == [3, 1]
    assert shipped["yunet-sface"].limits == ()


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("licence", "CC-BY-NC-4.0", "licence 'CC-BY-NC-4.0' is not one of"),
        ("licence", "LicenseRef-", "is not one of"),
        ("sha256", "0ba9", "embedder.onnx.sha256"),
        ("dimension", 512, "the gallery holds vectors of 128"),
        ("template", [[1, 2]] * 4, "template"),
        ("template", [[1, 2]] * 4 + [[113, 2]], "outside 112x112"),
        ("scale", [1.0, 0.0, 1.0], "scale"),
        ("colour", "hsv", "colour"),
        ("file", "../../etc/passwd", "file"),
        ("colours", "rgb", "colours"),
    ],
)
def test_a_wrong_field_is_refused_by_name(field: str, value: object, words: str, tmp_path: Path):
    document = sface()
    document["embedder"][field] = value
    assert words in refused(document, tmp_path)


def test_a_missing_licence_and_an_unknown_kind_are_refused(tmp_path: Path):
    document = sface()
    del document["embedder"]["licence"]
    assert "licence: Field required" in refused(document, tmp_path)
    document["embedder"]["kind"] = "pickle"
    assert "pickle" in refused(document, tmp_path)


def test_limits_without_a_calibration_are_refused(tmp_path: Path):
    table = {"frames": 3, "galleries": [{"gallery": 1, "limit": 0.3}], "margin": 0.1, "verify_limit": 0.3}
    assert "without a calibration" in refused(sface() | {"limits": [table]}, tmp_path)


def test_a_file_that_is_no_yaml_is_refused(tmp_path: Path):
    path = tmp_path / "x.yaml"
    path.write_text("a: [")
    with pytest.raises(EngineRefused, match="not readable as YAML"):
        manifest.read(path)


def test_a_table_that_was_not_calibrated_is_refused():
    with pytest.raises(EngineRefused, match="calibrated for nothing"):
        manifest.read(manifest.find("yunet-sface")).table(3)


def test_a_missing_file_says_where_it_is_published(tmp_path: Path):
    with pytest.raises(EngineRefused, match="opencv_zoo"):
        load(manifest.read(manifest.find("yunet")), tmp_path)


def with_limits(document: dict[str, Any]) -> dict[str, Any]:
    """The same with the limits of the built-in engine, as if it had been calibrated."""
    built_in = yaml.safe_load(manifest.find("dlib").read_text())
    return document | {key: built_in[key] for key in ("limits", "calibration")}


def test_an_engine_that_was_not_calibrated_is_no_choice(tmp_path: Path):
    with pytest.raises(EngineRefused, match="not calibrated"):
        choice.use(manifest.find("yunet-sface"), tmp_path)


def test_another_file_than_the_pinned_one_is_refused_and_the_choice_stays(tmp_path: Path):
    choice.models_folder(tmp_path).mkdir()
    (choice.models_folder(tmp_path) / YUNET.name).write_bytes(b"something else")
    path = tmp_path / "mine.yaml"
    path.write_text(yaml.safe_dump(with_limits(sface())))
    with pytest.raises(EngineRefused, match="another or a damaged file"):
        choice.use(path, tmp_path)
    assert not choice.choice_path(tmp_path).exists()
    assert choice.chosen(tmp_path).name == "dlib"


def small_net(side: int, numbers: int) -> bytes:
    """An embedder of one matrix."""
    nodes = (Node("Flatten", ("in",), "flat"), Node("MatMul", ("flat", "w"), "out"))
    weights = np.random.default_rng(1).normal(size=(3 * side * side, numbers)).astype(np.float32)
    start, end = Value("in", onnx_file.FLOAT, (1, 3, side, side)), Value("out", onnx_file.FLOAT, (1, numbers))
    return onnx_file.model(Graph("small", nodes, {"w": weights}, start, end), {})


@pytest.mark.skipif(not YUNET.exists(), reason="no YuNet model beside the project")
@pytest.mark.parametrize(("side", "numbers", "words"), [(16, 128, ""), (24, 128, "takes"), (16, 64, "gives 64 numbers")])
def test_the_shape_of_an_embedder_is_compared_with_its_manifest(side: int, numbers: int, words: str, tmp_path: Path):
    net = small_net(side, numbers)
    document = with_limits(sface())
    document["embedder"] |= {"file": "net.onnx", "sha256": hashlib.sha256(net).hexdigest(), "width": 16, "height": 16}
    document["embedder"]["template"] = [[4, 5], [12, 5], [8, 8], [5, 12], [11, 12]]
    models = choice.models_folder(tmp_path)
    models.mkdir()
    (models / "net.onnx").write_bytes(net)
    (models / YUNET.name).symlink_to(YUNET)
    path = tmp_path / "mine.yaml"
    path.write_text(yaml.safe_dump(document))
    if words:
        with pytest.raises(EngineRefused, match=words):
            choice.use(path, tmp_path)
    else:
        assert choice.use(path, tmp_path).name == "yunet-sface"
        vector = choice.engine(tmp_path).embed(np.zeros((16, 16, 3), np.uint8) + 7)
        assert (vector.shape, np.linalg.norm(vector)) == ((128,), pytest.approx(1.0, abs=1e-6))


def test_the_built_in_engine_is_a_choice_without_a_file(tmp_path: Path):
    choice.choice_path(tmp_path).write_text(manifest.find("yunet").read_text())
    choice.use(manifest.find("dlib"), tmp_path)
    assert not choice.choice_path(tmp_path).exists()


def test_a_similarity_brings_turned_points_back():
    template = ((38.0, 51.0), (73.0, 51.0), (56.0, 71.0), (41.0, 92.0), (70.0, 92.0))
    turned = tuple((300 - 2 * y, 100 + 2 * x) for x, y in template)
    matrix = similarity(turned, template)
    assert np.allclose(matrix[:, :2] @ np.array(turned).T + matrix[:, 2:], np.array(template).T)
    with pytest.raises(ValueError, match="one place"):
        similarity(((1.0, 1.0),) * 5, template)
