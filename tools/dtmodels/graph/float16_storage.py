"""Float16 storage: large weights as float16 in the file, float32 in all arithmetic.

Each such weight stands behind one `Cast`, which ONNX Runtime computes once, when it loads the file. Nothing can
overflow, speed is that of float32, and the file is half as large. True float16 arithmetic has none of this.
"""

from __future__ import annotations

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

MIN_MODEL_BYTES = 4_000_000
"""Bytes of float32 weights from which on float16 storage pays."""
MIN_TENSOR_ELEMENTS = 1024
"""Elements from which on a tensor is worth a `Cast`; scales and biases of a few hundred channels are not."""
MAX_RELATIVE_RMS_ERROR = 5e-4
"""Largest error float16 storage may make, as a share of a tensor's root mean square; rounding alone makes 2e-4."""
SUFFIX = ".half"


def store_float16(model: onnx.ModelProto) -> bool:
    """Store the large weights of `model` as float16, in place.

    Left in float32: tensors with numbers that float16 cannot hold nearly as well (beyond 65504, or mostly far below
    1e-4), and everything when the weights are small as a whole.

    Returns:
        Whether anything was changed.
    """
    graph = model.graph
    weights = [tensor for tensor in graph.initializer if tensor.data_type == TensorProto.FLOAT]
    if sum(4 * _elements(tensor) for tensor in weights) < MIN_MODEL_BYTES:
        return False
    fixed = {value.name for value in [*graph.input, *graph.output]}
    casts = []
    for tensor in weights:
        if tensor.name in fixed or _elements(tensor) < MIN_TENSOR_ELEMENTS:
            continue
        if (halved := _halved(numpy_helper.to_array(tensor))) is None:
            continue
        name = tensor.name
        tensor.CopyFrom(numpy_helper.from_array(halved, name + SUFFIX))
        casts.append(helper.make_node("Cast", [name + SUFFIX], [name], name=f"{name}.full", to=TensorProto.FLOAT))
    nodes = [*casts, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)
    return bool(casts)


def _halved(values: NDArray[np.float32]) -> NDArray[np.float16] | None:
    """The values as float16, or None where that would lose too much."""
    with np.errstate(over="ignore"):
        halved = values.astype(np.float16)
    wrong = halved.astype(np.float32) - values
    scale = float(np.sqrt(np.mean(np.square(values, dtype=np.float64))))
    error = float(np.sqrt(np.mean(np.square(wrong, dtype=np.float64))))
    return halved if np.isfinite(error) and error <= MAX_RELATIVE_RMS_ERROR * scale else None


def _elements(tensor: onnx.TensorProto) -> int:
    return int(np.prod(tensor.dims, dtype=np.int64))
