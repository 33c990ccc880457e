"""dlib's face recognition net out of its .dat file: layers with their weights, in the order in which they run. Pure.

The file is dlib's serialisation of a C++ type: the type, hence the shape of the net, is not in it, only the layers' names and
numbers. So every name, count and size on the way is checked; a file of another net is refused, never half understood.
Source of the layout: dlib/dnn/core.h, layers.h, tensor.h and serialize.h of dlib 19 and 20.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float32]

_TENSOR_VERSION, _ALIAS_VERSION, _LOSS_VERSION, _INPUT_VERSION = 2, 1, 1, 3
_NEGATIVE, _LONGEST_INT = 0x80, 8
_MOST_NUMBERS = 4_000_000
"""The largest layer of the net holds 590,080."""
_LONGEST_NAME = 64


class WeightsRefused(Exception):
    """Not the file of the net that this module knows; says where and what."""


@dataclass(frozen=True)
class Input:
    """`mean`: subtracted from red, green, blue before a division by 256; `side`: px of the square chip."""

    mean: tuple[float, float, float]
    side: int


@dataclass(frozen=True)
class Convolution:
    """`weights`: (outputs, inputs x rows x columns) float32; `bias`: (outputs,)."""

    weights: Floats
    bias: Floats
    window: tuple[int, int]
    stride: int
    padding: int


@dataclass(frozen=True)
class Affine:
    """Per channel: x * gamma + beta."""

    gamma: Floats
    beta: Floats


@dataclass(frozen=True)
class Relu:
    """max(x, 0)."""


@dataclass(frozen=True)
class AddPrevious:
    """Adds what a tag held; the smaller of the two counts as filled up with zeros."""


@dataclass(frozen=True)
class Pool:
    """`window` 0: over everything."""

    greatest: bool
    window: int
    stride: int


@dataclass(frozen=True)
class Matrix:
    """`weights`: (inputs, outputs) float32; no bias."""

    weights: Floats


Layer = Convolution | Affine | Relu | AddPrevious | Pool | Matrix


@dataclass(frozen=True)
class Weights:
    """`versions`: one number for each level of nesting, outermost first: 2 or 3 is a layer, 1 a tag or a skip."""

    versions: tuple[int, ...]
    input: Input
    layers: tuple[Layer, ...]


def parse(data: bytes) -> Weights:
    """The layers of a serialised `loss_metric` net over `input_rgb_image_sized`, innermost (first to run) first.

    Raises:
        WeightsRefused: another net, another version, cut short, or with something behind its end.
    """
    read = _Reader(data)
    read.expect(_LOSS_VERSION, "version of the loss layer")
    read.expect_name("loss_metric_2")
    read.real(), read.real()  # margin and distance of training
    versions = _versions(read)
    start = _input(read)
    layers: list[Layer] = []
    for version in reversed([version for version in versions if version > 1]):
        layers.append(_layer(read))
        _state(read, first=version == _INPUT_VERSION)
    read.expect_end()
    return Weights(versions, start, tuple(layers))


def _versions(read: "_Reader") -> tuple[int, ...]:
    """Each level writes its version before the level inside it; the innermost layer, which holds the input, has its own."""
    versions: list[int] = []
    while not versions or versions[-1] != _INPUT_VERSION:
        versions.append(read.count(_INPUT_VERSION, "version of a layer"))
    return tuple(versions)


def _input(read: "_Reader") -> Input:
    read.expect_name("input_rgb_image_sized")
    red, green, blue = read.real(), read.real(), read.real()
    rows, columns = read.integer(), read.integer()
    if rows != columns or not 16 <= rows <= 1024:
        raise WeightsRefused(f"byte {read.at}: the input is {columns}x{rows} px")
    return Input((red, green, blue), rows)


def _layer(read: "_Reader") -> Layer:
    name = read.name()
    reader = _READERS.get(name)
    if reader is None:
        raise WeightsRefused(f"byte {read.at}: layer {name!r} is not one of {', '.join(_READERS)}")
    return reader(read)


def _state(read: "_Reader", *, first: bool) -> None:
    """What training left behind: three flags, gradients and outputs, all empty in a released file."""
    read.take(3)
    for _ in range(3):
        if read.tensor().size:
            raise WeightsRefused(f"byte {read.at}: a released net holds no gradients")
    if first:
        read.integer()  # sample expansion factor


def _convolution(read: "_Reader") -> Convolution:
    numbers = read.tensor().reshape(-1)
    outputs, rows, columns = read.integer(), read.integer(), read.integer()
    strides, paddings = (read.integer(), read.integer()), (read.integer(), read.integer())
    filters, biases = read.shape(_ALIAS_VERSION), read.shape(_ALIAS_VERSION)
    for _ in range(4):
        read.real()
    inputs = filters[1]
    if filters != (outputs, inputs, rows, columns) or biases != (1, outputs, 1, 1) or strides[0] != strides[1]:
        raise WeightsRefused(f"byte {read.at}: convolution of {filters} with biases {biases}, strides {strides}")
    split = outputs * inputs * rows * columns
    if numbers.size != split + outputs or paddings[0] != paddings[1] or strides[0] < 1:
        raise WeightsRefused(f"byte {read.at}: convolution of {filters} has {numbers.size} numbers, padding {paddings}")
    weights = numbers[:split].reshape(outputs, -1)
    return Convolution(weights, numbers[split:], (rows, columns), strides[0], paddings[0])


def _affine(read: "_Reader") -> Affine:
    numbers = read.tensor().reshape(-1)
    gamma, beta = read.shape(_ALIAS_VERSION), read.shape(_ALIAS_VERSION)
    read.expect(0, "mode of an affine layer (0: per channel)")
    half = numbers.size // 2
    if gamma != (1, half, 1, 1) or beta != gamma or numbers.size != 2 * half:
        raise WeightsRefused(f"byte {read.at}: affine layer of {gamma} and {beta} has {numbers.size} numbers")
    return Affine(numbers[:half], numbers[half:])


def _pool(read: "_Reader", greatest: bool) -> Pool:
    rows, columns, down, right = read.integer(), read.integer(), read.integer(), read.integer()
    padding = read.integer(), read.integer()
    if rows != columns or down != right or padding != (0, 0) or not (0 <= rows <= 16 and 1 <= down <= 16):
        raise WeightsRefused(f"byte {read.at}: pool of {rows}x{columns}, stride {down}x{right}, padding {padding}")
    return Pool(greatest, rows, down)


def _matrix(read: "_Reader") -> Matrix:
    outputs, inputs = read.integer(), read.integer()
    numbers = read.tensor().reshape(-1)
    weights, biases = read.shape(_ALIAS_VERSION), read.shape(_ALIAS_VERSION)
    read.expect(1, "mode of the last layer (1: no bias)")
    for _ in range(4):
        read.real()
    if weights != (inputs, outputs, 1, 1) or any(biases) or numbers.size != inputs * outputs:
        raise WeightsRefused(f"byte {read.at}: last layer of {weights} has {numbers.size} numbers, biases {biases}")
    return Matrix(numbers.reshape(inputs, outputs))


_READERS: dict[str, Callable[["_Reader"], Layer]] = {
    "con_4": _convolution,
    "affine_": _affine,
    "relu_": lambda read: Relu(),
    "add_prev_": lambda read: AddPrevious(),
    "max_pool_2": lambda read: _pool(read, True),
    "avg_pool_2": lambda read: _pool(read, False),
    "fc_2": _matrix,
}


class _Reader:
    """dlib's numbers, texts and tensors, one after the other; `at` is the byte it has come to."""

    def __init__(self, data: bytes) -> None:
        self._data, self.at = data, 0

    def take(self, count: int) -> bytes:
        part = self._data[self.at : self.at + count]
        if len(part) != count:
            raise WeightsRefused(f"byte {self.at}: the file ends; it was cut short")
        self.at += count
        return part

    def integer(self) -> int:
        """One byte of length and sign, then the number, lowest byte first."""
        head = self.take(1)[0]
        size = head & ~_NEGATIVE
        if not 1 <= size <= _LONGEST_INT:
            raise WeightsRefused(f"byte {self.at}: a number of {size} bytes")
        value = int.from_bytes(self.take(size), "little")
        return -value if head & _NEGATIVE else value

    def count(self, most: int, what: str) -> int:
        value = self.integer()
        if not 1 <= value <= most:
            raise WeightsRefused(f"byte {self.at}: {what} is {value}, not 1 to {most}")
        return value

    def expect(self, wanted: int, what: str) -> None:
        value = self.integer()
        if value != wanted:
            raise WeightsRefused(f"byte {self.at}: {what} is {value}, not {wanted}")

    def real(self) -> float:
        """Mantissa and exponent to the base 2, each an integer."""
        mantissa, exponent = self.integer(), self.integer()
        if abs(exponent) > 1100:
            raise WeightsRefused(f"byte {self.at}: exponent {exponent}")
        return float(mantissa) * 2.0**exponent

    def name(self) -> str:
        return self.take(self.count(_LONGEST_NAME, "length of a name")).decode("ascii", "replace")

    def expect_name(self, wanted: str) -> None:
        found = self.name()
        if found != wanted:
            raise WeightsRefused(f"byte {self.at}: {found!r}, not {wanted!r}: another net, or another version of dlib")

    def shape(self, version: int) -> tuple[int, int, int, int]:
        self.expect(version, "version of a tensor")
        sizes = (self.integer(), self.integer(), self.integer(), self.integer())
        if any(not 0 <= size <= _MOST_NUMBERS for size in sizes):
            raise WeightsRefused(f"byte {self.at}: a tensor of {sizes}")
        return sizes

    def tensor(self) -> Floats:
        shape = self.shape(_TENSOR_VERSION)
        count = shape[0] * shape[1] * shape[2] * shape[3]
        if count > _MOST_NUMBERS:
            raise WeightsRefused(f"byte {self.at}: a tensor of {shape}")
        values = np.frombuffer(self.take(4 * count), "<f4").reshape(shape)
        if not bool(np.isfinite(values).all()):
            raise WeightsRefused(f"byte {self.at}: a weight is not a finite number")
        return values.astype(np.float32)

    def expect_end(self) -> None:
        if self.at != len(self._data):
            raise WeightsRefused(f"byte {self.at}: {len(self._data) - self.at} bytes more than the net")
