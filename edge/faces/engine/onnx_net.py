"""A net run by ONNX Runtime on one or two threads of the processor. Imports it only when a net is loaded.

Small in memory: without an arena what a run needed is given back (7.3 ms a chip with and without), and what loading left
behind is given back at once: 186 MB became 137 MB for the whole face process.
"""

import ctypes
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

MOST_THREADS = 2
"""The door's thread must always find a core."""


class NetRefused(Exception):
    """The file is not a model that ONNX Runtime can run, or not of the form asked for."""


class OnnxNet:
    """One input, one output. `shape` is what the model declares, with None for a size left open."""

    def __init__(self, model: bytes | Path, threads: int = 1) -> None:
        """Load.

        Raises:
            ImportError: onnxruntime is not installed.
            NetRefused: not a usable model.
        """
        import onnxruntime  # 0.1 s and 20 MB, only where a net is run

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = max(1, min(threads, MOST_THREADS))
        options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False
        options.log_severity_level = 4  # what matters is raised
        source = model if isinstance(model, bytes) else str(model)
        try:
            self._session: Any = onnxruntime.InferenceSession(source, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # noqa: BLE001 - its exceptions have no root of their own
            raise NetRefused(f"ONNX Runtime refuses the model: {str(error).splitlines()[0][:200]}") from None
        inputs, outputs = self._session.get_inputs(), self._session.get_outputs()
        if len(inputs) != 1 or len(outputs) != 1:
            raise NetRefused(f"the model has {len(inputs)} inputs and {len(outputs)} outputs, not one of each")
        self._input = inputs[0].name
        _give_back()
        self.input_shape, self.output_shape = _sizes(inputs[0].shape), _sizes(outputs[0].shape)

    def __call__(self, batch: NDArray[Any]) -> NDArray[np.float32]:
        """The output for a batch of the input's type and shape."""
        return np.asarray(self._session.run(None, {self._input: batch})[0], np.float32)


def _give_back() -> None:
    """Return freed memory to the system; glibc keeps it otherwise, other C libraries have no such call."""
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).malloc_trim(0)


def _sizes(shape: list[Any]) -> tuple[int | None, ...]:
    return tuple(size if isinstance(size, int) and size > 0 else None for size in shape)
