"""Store large weights as float16 in the file; all arithmetic stays in float32.

One `Cast` follows each such weight; ONNX Runtime computes it once, when it loads the file. Nothing can overflow, speed
is that of float32, and the file is half as large. Float16 arithmetic would have none of these advantages.
"""

from __future__ import annotations

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

MIN_MODEL_BYTES = 4_000_000
"""Minimum size of all float32 weights, in bytes; smaller models stay in float32."""
MIN_TENSOR_ELEMENTS = 1024
"""Minimum number of elements of a tensor stored as float16; scales and biases of a few hundred channels are smaller."""
MAX_RELATIVE_RMS_ERROR = 5e-4
"""Largest RMS error of float16 storage, as a fraction of the tensor's RMS; rounding alone causes 2e-4."""
SUFFIX = ".half"


def store_float16(model: onnx.ModelProto) -> bool:
    """Store the large weights of `model` as float16, in place.

    Called by `normalise`. Tensors with values that float16 represents badly (beyond 65504, or mostly far below 1e-4)
    stay in float32. So does a model whose weights are below `MIN_MODEL_BYTES`.

    Returns:
        True if a tensor was changed.
    """
    graph = model.graph
    weights = [tensor for tensor in graph.initializer if tensor.data_type == TensorProto.FLOAT]
    if sum(4 * _elements(tensor) for tensor in weights) < MIN_MODEL_BYTES:
        return False
    boundary = {value.name for value in [*graph.input, *graph.output]}
    casts = []
    for tensor in weights:
        if tensor.name in boundary or _elements(tensor) < MIN_TENSOR_ELEMENTS:
            continue
        if (rounded := _to_float16(numpy_helper.to_array(tensor))) is None:
            continue
        name = tensor.name
        tensor.CopyFrom(numpy_helper.from_array(rounded, name + SUFFIX))
        casts.append(helper.make_node("Cast", [name + SUFFIX], [name], name=f"{name}.full", to=TensorProto.FLOAT))
    nodes = [*casts, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)
    return bool(casts)


def _to_float16(values: NDArray[np.float32]) -> NDArray[np.float16] | None:
    """The values as float16, or None if the rounding error exceeds `MAX_RELATIVE_RMS_ERROR`."""
    with np.errstate(over="ignore", invalid="ignore"):  # masks of attention are infinite
        rounded = values.astype(np.float16)
        difference = rounded.astype(np.float32) - values
        scale = float(np.sqrt(np.mean(np.square(values, dtype=np.float64))))
        error = float(np.sqrt(np.mean(np.square(difference, dtype=np.float64))))
    return rounded if np.isfinite(error) and error <= MAX_RELATIVE_RMS_ERROR * scale else None


def _elements(tensor: onnx.TensorProto) -> int:
    return int(np.prod(tensor.dims, dtype=np.int64))
