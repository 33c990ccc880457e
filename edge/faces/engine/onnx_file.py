"""Bytes of an ONNX model from nodes and arrays: the few messages of onnx.proto that a plain net needs. Pure.

Own writer, for the `onnx` package is 18 MB that a station would carry for one conversion in its life; the tests read what
this writes with ONNX Runtime. Field numbers: onnx.proto of ONNX 1.17, IR version 8, operator set 13.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

IR_VERSION, OPERATOR_SET = 8, 13
FLOAT, UINT8, INT64 = 1, 2, 7
_TYPES = {"float32": FLOAT, "int64": INT64}
_VARINT, _BYTES = 0, 2
_INT, _INTS = 2, 7


@dataclass(frozen=True)
class Node:
    """One operator. `numbers`: its attributes, a single integer or a list of them."""

    operator: str
    inputs: tuple[str, ...]
    output: str
    numbers: dict[str, int | tuple[int, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Value:
    """An input or output of the model; a size that is text is decided by the caller at run time."""

    name: str
    kind: int
    sizes: tuple[int | str, ...]


@dataclass(frozen=True)
class Graph:
    """Nodes in the order in which they run, constants by name."""

    name: str
    nodes: tuple[Node, ...]
    constants: dict[str, NDArray[np.float32] | NDArray[np.int64]]
    start: Value
    end: Value


def model(graph: Graph, notes: dict[str, str]) -> bytes:
    """The file. `notes` are kept in it as metadata."""
    operators = _number(2, OPERATOR_SET)
    parts = [_number(1, IR_VERSION), _text(2, "smart-station"), _message(7, _graph(graph)), _message(8, operators)]
    parts += [_message(14, _text(1, key) + _text(2, value)) for key, value in notes.items()]
    return b"".join(parts)


def _graph(graph: Graph) -> bytes:
    parts = [_message(1, _node(node)) for node in graph.nodes]
    parts.append(_text(2, graph.name))
    parts += [_message(5, _constant(name, array)) for name, array in graph.constants.items()]
    return b"".join([*parts, _message(11, _value(graph.start)), _message(12, _value(graph.end))])


def _node(node: Node) -> bytes:
    parts = [_text(1, name) for name in node.inputs]
    parts += [_text(2, node.output), _text(3, node.output), _text(4, node.operator)]
    return b"".join(parts + [_message(5, _attribute(name, value)) for name, value in node.numbers.items()])


def _attribute(name: str, value: int | tuple[int, ...]) -> bytes:
    if isinstance(value, int):
        return _text(1, name) + _number(3, value) + _number(20, _INT)
    return _text(1, name) + b"".join(_number(8, each) for each in value) + _number(20, _INTS)


def _constant(name: str, array: NDArray[np.float32] | NDArray[np.int64]) -> bytes:
    little = np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
    sizes = b"".join(_number(1, size) for size in array.shape)
    return sizes + _number(2, _TYPES[array.dtype.name]) + _text(8, name) + _message(9, little.tobytes())


def _value(value: Value) -> bytes:
    sizes: Sequence[bytes] = [_text(2, size) if isinstance(size, str) else _number(1, size) for size in value.sizes]
    shape = b"".join(_message(1, size) for size in sizes)
    return _text(1, value.name) + _message(2, _message(1, _number(1, value.kind) + _message(2, shape)))


def _number(key: int, value: int) -> bytes:
    return _varint(key << 3 | _VARINT) + _varint(value % (1 << 64))


def _text(key: int, value: str) -> bytes:
    return _message(key, value.encode())


def _message(key: int, body: bytes) -> bytes:
    return _varint(key << 3 | _BYTES) + _varint(len(body)) + body


def _varint(value: int) -> bytes:
    parts = bytearray()
    while value > 0x7F:
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*parts, value])
