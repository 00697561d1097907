"""Sizes of a finished graph's inputs: those of the card, and names of the free dimensions that remain."""

from __future__ import annotations

from collections.abc import Mapping

import onnx

from dtbase.system.errors import Failure

Shape = tuple[int | str, ...]


def free_name(value: onnx.ValueInfoProto, axis: int) -> str:
    """Name of a dimension without a size: its own, or the tensor's with the axis, `input.0`."""
    return value.type.tensor_type.shape.dim[axis].dim_param or f"{value.name}.{axis}"


def set_sizes(graph: onnx.GraphProto, sizes: Mapping[str, int | list[int]]) -> None:
    """Set sizes of the card in the inputs, and name the dimensions that remain free.

    A size of -1, as PaddlePaddle writes, or 0 is none.
    """
    weights = {tensor.name for tensor in graph.initializer}
    for value in graph.input:
        if value.name in weights or not value.type.HasField("tensor_type"):
            continue
        shape = value.type.tensor_type.shape
        if isinstance(whole := sizes.get(value.name), list):
            del shape.dim[:]
            shape.dim.extend(onnx.TensorShapeProto.Dimension(dim_value=size) for size in whole)
        for axis, dim in enumerate(shape.dim):
            if dim.dim_value > 0:
                continue
            name = free_name(value, axis)
            if isinstance(size := sizes.get(name), int):
                dim.dim_value = size
            else:
                dim.dim_param = name


def input_shapes(graph: onnx.GraphProto, where: str) -> dict[str, Shape]:
    """Shapes of the inputs by name, in order; a free dimension is a string.

    Raises:
        Failure: an input has no shape, not even a number of dimensions.
    """
    for value in graph.input:
        if not value.type.tensor_type.HasField("shape"):
            what = f"input '{value.name}' has no shape, not even a number of dimensions"
            fix = f"give it in convert.options.sizes, such as {value.name}: [1, 3, 256, 256]"
            raise Failure(what, where=where, fix=fix)
    return {value.name: _shape(value) for value in graph.input}


def free_dimensions(graph: onnx.GraphProto) -> list[str]:
    """Names of the dimensions without a size of a graph's inputs, in order."""
    weights = {tensor.name for tensor in graph.initializer}
    return [
        free_name(value, axis)
        for value in graph.input
        for axis, dim in enumerate(value.type.tensor_type.shape.dim)
        if value.name not in weights and dim.dim_value <= 0
    ]


def _shape(value: onnx.ValueInfoProto) -> Shape:
    dims = value.type.tensor_type.shape.dim
    return tuple(dim.dim_value if dim.dim_value > 0 else free_name(value, axis) for axis, dim in enumerate(dims))
