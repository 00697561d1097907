"""Find outputs of a graph whose size depends on the values of its inputs, not just on their sizes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import onnx_ir as ir

SHAPE_INPUTS: Mapping[str, tuple[int, ...]] = {
    "AffineGrid": (1,),
    "BlackmanWindow": (0,),
    "CenterCropPad": (1,),
    "Col2Im": (1, 2),
    "Compress": (1,),
    "ConstantOfShape": (0,),
    "Expand": (1,),
    "HammingWindow": (0,),
    "HannWindow": (0,),
    "If": (0,),
    "Loop": (0, 1),
    "MaxUnpool": (2,),
    "MelWeightMatrix": (0, 1),
    "NonMaxSuppression": (0, 1),
    "NonZero": (0,),
    "OneHot": (1,),
    "Pad": (1,),
    "Range": (0, 1, 2),
    "Reshape": (1,),
    "Resize": (1, 2, 3),
    "SequenceAt": (1,),
    "SplitToSequence": (1,),
    "Slice": (1, 2, 3, 4),
    "Split": (1,),
    "Squeeze": (1,),
    "StringSplit": (0,),
    "Tile": (1,),
    "TopK": (1,),
    "Unique": (0,),
    "Unsqueeze": (1,),
    "Upsample": (1,),
}
"""Operators whose output has a size that depends on the values of these inputs."""
FIXED = frozenset({"Shape", "Size"})
"""Operators whose values are fixed where all sizes are."""


def sized_by_values(model: ir.Model) -> dict[str, tuple[str, ...]]:
    """For each output, the operators through which its size depends on the values of inputs.

    Args:
        model: a graph with its nodes in order.
    """
    values = set(model.graph.inputs)
    _follow(model.graph, values)
    return {str(output.name): tuple(sorted(_causes(output, values))) for output in model.graph.outputs}


def _follow(graph: ir.Graph, values: set[ir.Value]) -> None:
    """Add to `values` all tensors that are computed from the values in it."""
    for node in graph:
        bodies = list(_bodies(node))
        for body in bodies:
            if _meet(node.inputs, values):
                values |= set(body.inputs)
            _follow(body, values)
        inner = [value for body in bodies for value in body.outputs]
        if node.op_type not in FIXED and _meet([*node.inputs, *inner], values):
            values |= set(node.outputs)


def _causes(output: ir.Value, values: set[ir.Value]) -> set[str]:
    found, seen, pending = set[str](), set[ir.Node](), [output.producer()]
    while pending:
        node = pending.pop()
        if node is None or node in seen:
            continue
        inner = [one for body in _bodies(node) for one in ir.traversal.RecursiveGraphIterator(body)]
        for one in [node, *inner]:
            seen.add(one)
            pending += [source.producer() for source in one.inputs if source is not None]
            places = SHAPE_INPUTS.get(one.op_type, ()) if one.domain in {"", "ai.onnx"} else ()
            if _meet([one.inputs[place] for place in places if place < len(one.inputs)], values):
                found.add(one.op_type)
    return found


def _bodies(node: ir.Node) -> Iterator[ir.Graph]:
    yield from (one.as_graph() for one in node.attributes.values() if one.type == ir.AttributeType.GRAPH)


def _meet(sources: Iterable[ir.Value | None], values: set[ir.Value]) -> bool:
    return any(source in values for source in sources if source is not None)
