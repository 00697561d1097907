"""Load a finished graph with other input shapes than it declares: same nodes, same weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import onnx

from dtmodels.graph.runtime import Runtime, Session


def load_resized(path: Path, shapes: Mapping[str, Sequence[int | str]], runtime: Runtime, copy: Path) -> Session:
    """Load a copy of a graph with other input shapes.

    If a node has a size stored as a constant, ONNX Runtime fails or returns wrong values.

    Args:
        path: the graph; the file is not changed.
        shapes: new shapes by input name; a string is a symbolic dimension of any size.
        runtime: the process that loads it.
        copy: path the copy is written to.

    Raises:
        GraphFailure: ONNX Runtime fails to load it.
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
    onnx.save(model, copy)
    return runtime.load(copy)


def _dimension(size: int | str) -> onnx.TensorShapeProto.Dimension:
    dimension = onnx.TensorShapeProto.Dimension
    return dimension(dim_param=size) if isinstance(size, str) else dimension(dim_value=size)
