"""A finished graph for other sizes than it declares: the same nodes and weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import onnx

from dtmodels.graph.runtime import Runtime, Session


def load_resized(path: Path, shapes: Mapping[str, Sequence[int | str]], runtime: Runtime, other: Path) -> Session:
    """Load a copy of a graph that takes inputs of other shapes.

    A node that holds a size of its own does not fit the others: ONNX Runtime refuses, or it returns something else.

    Args:
        path: the graph; it stays as it is.
        shapes: of the inputs, by name; a size that is a name may be any.
        runtime: where it is loaded.
        other: where the copy is written.

    Raises:
        GraphFailure: ONNX Runtime refuses it.
    """
    model = onnx.load(path)
    for value in model.graph.input:
        if value.name in shapes:
            shape = value.type.tensor_type.shape
            del shape.dim[:]
            shape.dim.extend(_dimension(size) for size in shapes[value.name])
    for value in model.graph.output:
        value.type.tensor_type.ClearField("shape")
    del model.graph.value_info[:]
    onnx.save(model, other)
    return runtime.load(other)


def _dimension(size: int | str) -> onnx.TensorShapeProto.Dimension:
    make = onnx.TensorShapeProto.Dimension
    return make(dim_param=size) if isinstance(size, str) else make(dim_value=size)
