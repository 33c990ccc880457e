"""dlib's weights as an ONNX graph: a small net in dlib's own form, the installed one, and files that are neither."""

from pathlib import Path

import face_recognition_models
import numpy as np
import pytest

from edge.faces.engine import onnx_file
from edge.faces.engine.convert import convert
from edge.faces.engine.dlib_weights import Convolution, Pool, WeightsRefused, parse
from edge.faces.engine.onnx_file import Graph, Node, Value
from edge.faces.engine.onnx_net import NetRefused, OnnxNet

SOURCE = Path(face_recognition_models.face_recognition_model_location())


@pytest.fixture(scope="module")
def data() -> bytes:
    return SOURCE.read_bytes()


def test_the_installed_net_has_29_convolutions_and_gives_128_numbers(data: bytes):
    weights = parse(data)
    convolutions = [layer for layer in weights.layers if isinstance(layer, Convolution)]
    assert len(convolutions) == 29
    assert (weights.input.side, weights.layers[-1].weights.shape) == (150, (256, 128))  # type: ignore[union-attr]
    assert [layer.window for layer in weights.layers if isinstance(layer, Pool)] == [3, 2, 2, 2, 2, 0]


@pytest.mark.parametrize("keep", [0, 1, 15, 60, 300, 400, 20_000, 22_466_065])
def test_a_file_that_was_cut_short_is_refused(data: bytes, keep: int):
    with pytest.raises(WeightsRefused, match=r"cut short|a number of 0 bytes"):
        convert(data[:keep], {})


def test_more_bytes_than_the_net_are_refused(data: bytes):
    with pytest.raises(WeightsRefused, match="1 bytes more"):
        convert(data + b"x", {})


@pytest.mark.parametrize(("name", "other"), [(b"loss_metric_2", b"loss_metric_9"), (b"affine_", b"bn_con2"), (b"fc_2", b"fc_9")])
def test_another_net_is_refused_by_the_name_of_the_layer(data: bytes, name: bytes, other: bytes):
    with pytest.raises(WeightsRefused, match="not"):
        convert(data.replace(name, other), {})


def test_a_weight_that_is_no_number_is_refused(data: bytes):
    start = data.index(b"con_4") + 5 + 11
    with pytest.raises(WeightsRefused, match="finite"):
        convert(data[:start] + np.float32(np.nan).tobytes() + data[start + 4 :], {})


def test_other_models_of_the_package_are_refused():
    for path in (face_recognition_models.cnn_face_detector_model_location(), SOURCE.parent / "shape_predictor_5_face_landmarks.dat"):
        with pytest.raises(WeightsRefused):
            convert(Path(path).read_bytes(), {})


def test_a_written_graph_runs():
    nodes = (Node("Cast", ("in",), "x", {"to": onnx_file.FLOAT}), Node("Pad", ("x", "pads"), "out"))
    constants = {"pads": np.array([0, 0, 0, 2], np.int64)}
    start, end = Value("in", onnx_file.UINT8, ("n", 3)), Value("out", onnx_file.FLOAT, ("n", 5))
    net = OnnxNet(onnx_file.model(Graph("small", nodes, constants, start, end), {"made": "here"}))
    assert (net.input_shape, net.output_shape) == ((None, 3), (None, 5))
    assert net(np.array([[1, 200, 3]], np.uint8)).tolist() == [[1, 200, 3, 0, 0]]


def test_bytes_that_are_no_model_are_refused():
    with pytest.raises(NetRefused, match="refuses the model"):
        OnnxNet(b"not a model")
