"""dlib's residual net as an ONNX graph that gives the same vector to 1e-5. Pure; takes about 0.1 s.

What changes is where the arithmetic is done: the affine layers and the scaling of the input are folded into the
convolutions (in float64), and dlib's adding of layers of unequal size becomes a Pad before the Add.
The shape of the net (dlib, examples/dnn_face_recognition_ex.cpp) is not in the file, so `_BLOCK` states it and the layers
must fit: a first convolution, residual blocks of two, the mean of each channel, one matrix.
"""

from dataclasses import dataclass, replace

import numpy as np

from edge.faces.engine import onnx_file
from edge.faces.engine.dlib_weights import (
    AddPrevious,
    Affine,
    Convolution,
    Floats,
    Input,
    Layer,
    Matrix,
    Pool,
    Relu,
    Weights,
    WeightsRefused,
    parse,
)
from edge.faces.engine.onnx_file import Graph, Node, Value

VERSION = 1
"""Part of the cached file's name: a change of this module must change it."""
INPUT, OUTPUT = "chip", "vector"
_COLOURS = 3
_SCALE = 256.0
_STEM = (Convolution, Affine, Relu, Pool)
_BLOCK = (Convolution, Affine, Relu, Convolution, Affine)


def convert(data: bytes, notes: dict[str, str]) -> bytes:
    """The ONNX file from the bytes of the .dat: input `chip` (n, side, side, 3) uint8 RGB, output `vector` (n, 128).

    Raises:
        WeightsRefused: not that net.
    """
    weights = parse(data)
    return onnx_file.model(graph(weights), notes)


def graph(weights: Weights) -> Graph:
    """The net as nodes.

    Raises:
        WeightsRefused: the layers are not those of the net, or do not fit each other.
    """
    net = _Net(weights.input.side)
    layers = _Layers(weights.layers)
    convolution, affine, _, pool = layers.take(_STEM)
    net.convolve(_folded(_with_input(convolution, weights.input), affine))
    net.rectify()
    net.pool(pool)
    while layers.follows(_BLOCK):
        _block(net, layers)
    mean, matrix = layers.take((Pool, Matrix))
    net.average_all(mean)
    net.multiply(matrix)
    layers.expect_end()
    start = Value(INPUT, onnx_file.UINT8, ("n", weights.input.side, weights.input.side, _COLOURS))
    return Graph("dlib", tuple(net.nodes), net.constants, start, Value(OUTPUT, onnx_file.FLOAT, ("n", net.shape.channels)))


def _block(net: "_Net", layers: "_Layers") -> None:
    """Two convolutions; what went in is added to what comes out, halved in size where the block halves."""
    before, before_shape = net.last, net.shape
    first, first_affine, _, second, second_affine = layers.take(_BLOCK)
    net.convolve(_folded(first, first_affine))
    net.rectify()
    net.convolve(_folded(second, second_affine))
    after, after_shape = net.last, net.shape
    net.last, net.shape = before, before_shape
    if layers.follows((Pool,)):
        net.pool(layers.take((Pool,))[0])
    layers.take((AddPrevious, Relu))
    net.add(after, after_shape)
    net.rectify()


def _with_input(convolution: Convolution, given: Input) -> Convolution:
    """The first convolution for plain 0..255 pixels; exact, for it has no padding."""
    if convolution.padding:
        raise WeightsRefused("the first convolution has padding")
    kernel = convolution.weights.reshape(len(convolution.bias), _COLOURS, -1) / np.float32(_SCALE)  # exact: a power of 2
    shift = (kernel.astype(np.float64) * np.array(given.mean)[None, :, None]).sum(axis=(1, 2))
    bias = (convolution.bias - shift).astype(np.float32)
    return replace(convolution, weights=kernel.reshape(len(bias), -1), bias=bias)


def _folded(convolution: Convolution, affine: Affine) -> Convolution:
    gamma = affine.gamma.astype(np.float64)
    if gamma.shape != convolution.bias.shape:
        raise WeightsRefused(f"an affine layer of {gamma.size} follows {convolution.bias.size} channels")
    return replace(
        convolution,
        weights=(convolution.weights * gamma[:, None]).astype(np.float32),
        bias=(convolution.bias * gamma + affine.beta).astype(np.float32),
    )


class _Layers:
    """Takes the layers in order, each of the kind that must come."""

    def __init__(self, layers: tuple[Layer, ...]) -> None:
        self._layers, self._at = layers, 0

    def follows(self, kinds: tuple[type, ...]) -> bool:
        coming = self._layers[self._at : self._at + len(kinds)]
        return len(coming) == len(kinds) and all(map(isinstance, coming, kinds))

    def take(self, kinds: tuple[type, ...]) -> tuple:  # type: ignore[type-arg]
        if not self.follows(kinds):
            found = [type(layer).__name__ for layer in self._layers[self._at : self._at + len(kinds)]]
            raise WeightsRefused(f"layer {self._at}: {found}, not {[kind.__name__ for kind in kinds]}: another net")
        self._at += len(kinds)
        return self._layers[self._at - len(kinds) : self._at]

    def expect_end(self) -> None:
        if self._at != len(self._layers):
            raise WeightsRefused(f"{len(self._layers) - self._at} layers more than the net has")


@dataclass(frozen=True)
class _Shape:
    channels: int
    side: int


class _Net:
    """The nodes so far; `last` is the value that the next one works on, `shape` its size."""

    def __init__(self, side: int) -> None:
        self.nodes: list[Node] = [
            Node("Cast", (INPUT,), "pixels", {"to": onnx_file.FLOAT}),
            Node("Transpose", ("pixels",), "planes", {"perm": (0, 3, 1, 2)}),
        ]
        self.constants: dict[str, Floats | np.ndarray[tuple[int, ...], np.dtype[np.int64]]] = {}
        self.last, self.shape = "planes", _Shape(_COLOURS, side)

    def convolve(self, layer: Convolution) -> None:
        inputs = layer.weights.shape[1] // (layer.window[0] * layer.window[1])
        if inputs != self.shape.channels:
            raise WeightsRefused(f"a convolution of {inputs} channels follows {self.shape.channels}")
        kernel = layer.weights.reshape(-1, inputs, *layer.window)
        names = self._keep("w", kernel), self._keep("b", layer.bias)
        numbers: dict[str, int | tuple[int, ...]] = {"kernel_shape": layer.window, "strides": (layer.stride,) * 2}
        numbers["pads"] = (layer.padding,) * 4
        side = (self.shape.side + 2 * layer.padding - layer.window[0]) // layer.stride + 1
        self._node("Conv", (self.last, *names), numbers, _Shape(len(kernel), side))

    def rectify(self) -> None:
        self._node("Relu", (self.last,), {}, self.shape)

    def pool(self, layer: Pool) -> None:
        operator = "MaxPool" if layer.greatest else "AveragePool"
        numbers: dict[str, int | tuple[int, ...]] = {"kernel_shape": (layer.window,) * 2, "strides": (layer.stride,) * 2}
        side = (self.shape.side - layer.window) // layer.stride + 1
        self._node(operator, (self.last,), numbers, _Shape(self.shape.channels, side))

    def add(self, other: str, shape: _Shape) -> None:
        """Sum of the last value and `other`, each filled up with zeros behind its channels, rows and columns."""
        wanted = _Shape(max(shape.channels, self.shape.channels), max(shape.side, self.shape.side))
        last = self._padded(self.last, self.shape, wanted)
        other = self._padded(other, shape, wanted)
        self._node("Add", (last, other), {}, wanted)

    def average_all(self, layer: Pool) -> None:
        if layer.greatest or layer.window:
            raise WeightsRefused("the last pool is not a mean over everything")
        self._node("GlobalAveragePool", (self.last,), {}, _Shape(self.shape.channels, 1))
        self._node("Flatten", (self.last,), {"axis": 1}, self.shape)

    def multiply(self, layer: Matrix) -> None:
        if layer.weights.shape[0] != self.shape.channels:
            raise WeightsRefused(f"a matrix of {layer.weights.shape[0]} rows follows {self.shape.channels} channels")
        name = self._keep("w", layer.weights)
        self.nodes.append(Node("MatMul", (self.last, name), OUTPUT))
        self.last, self.shape = OUTPUT, _Shape(layer.weights.shape[1], 1)

    def _padded(self, name: str, shape: _Shape, wanted: _Shape) -> str:
        if shape == wanted:
            return name
        more = wanted.side - shape.side
        pads = self._keep("p", np.array([0, 0, 0, 0, 0, wanted.channels - shape.channels, more, more], np.int64))
        self._node("Pad", (name, pads), {}, wanted)
        return self.last

    def _keep(self, letter: str, array: Floats | np.ndarray[tuple[int, ...], np.dtype[np.int64]]) -> str:
        name = f"{letter}{len(self.constants)}"
        self.constants[name] = array
        return name

    def _node(self, operator: str, inputs: tuple[str, ...], numbers: dict[str, int | tuple[int, ...]], shape: _Shape) -> None:
        if shape.side < 1:
            raise WeightsRefused(f"{operator}: nothing is left of {self.shape.side} px")
        output = f"v{len(self.nodes)}"
        self.nodes.append(Node(operator, inputs, output, numbers))
        self.last, self.shape = output, shape
