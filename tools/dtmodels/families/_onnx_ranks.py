"""Number of dimensions of each tensor of an old graph; onnx infers no shapes for many operators below opset 7."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import onnx

UNKNOWN = frozenset(
    {"ATen", "ConstantFill", "GRU", "Gather", "GivenTensorFill", "If", "LSTM", "Loop", "MatMul", "RNN", "Scan"}
    | {"RandomNormal", "RandomUniform"}
)
"""Operators whose result is not followed here; what needs it is refused."""
FIXED: Mapping[str, int] = {"Flatten": 2, "Gemm": 2, "Multinomial": 2, "Shape": 1, "Size": 0}
"""Operators with a result of so many dimensions."""


def declared_ranks(graph: onnx.GraphProto) -> dict[str, int]:
    """Number of dimensions of the inputs and weights of a graph."""
    ranks = {tensor.name: len(tensor.dims) for tensor in graph.initializer}
    for value in [*graph.input, *graph.value_info]:
        if value.type.tensor_type.HasField("shape"):
            ranks[value.name] = len(value.type.tensor_type.shape.dim)
    return ranks


def result_rank(
    node: onnx.NodeProto,
    attributes: Mapping[str, object],
    ranks: Mapping[str, int],
    weights: Mapping[str, onnx.TensorProto],
) -> int | None:
    """Number of dimensions of the results of a node; None if it is unknown.

    Args:
        node: a node of the standard domain, of an opset below 7.
        attributes: its attributes by name.
        ranks: number of dimensions of the tensors before it.
        weights: the graph's initializers by name.
    """
    kind, first = node.op_type, ranks.get(node.input[0]) if node.input else None
    axes = attributes.get("axes")
    count = len(axes) if isinstance(axes, Sequence) else 0
    if node.domain or kind in UNKNOWN:
        return None
    if kind in FIXED:
        return FIXED[kind]
    if kind == "Constant":
        return len(value.dims) if isinstance(value := attributes.get("value"), onnx.TensorProto) else None
    if kind == "Reshape":
        if isinstance(shape := attributes.get("shape"), Sequence):
            return len(shape)
        return weights[node.input[1]].dims[0] if node.input[1] in weights else None
    if first is None:
        return None
    if kind == "Unsqueeze":
        return first + count
    if kind == "Squeeze":
        return first - count if count else None
    if kind.startswith(("Reduce", "Arg")) and attributes.get("keepdims", 1) == 0:
        return first - (1 if kind.startswith("Arg") else count or first)
    return first
