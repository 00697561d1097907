"""Shapes of a finished graph's outputs. They have to be numbers: darktable copies dynamic outputs unchecked."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

import onnx_ir as ir

from dtbase.system.errors import Failure
from dtmodels.families._onnx_sizes import Shape

PLAIN = re.compile(r"[A-Za-z_][\w.]*")
"""Names that YAML needs no quotes for."""
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


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputShapes:
    """What is known of the shapes of a graph's outputs."""

    inferred: Mapping[str, Shape]
    """By ONNX Runtime, with all constants folded."""
    declared: Mapping[str, Shape]
    """By the author."""
    free: tuple[str, ...]
    """Dimensions of inputs without a size."""
    causes: Mapping[str, tuple[str, ...]]
    """Operators through which the size of an output depends on values."""

    def settle(self, name: str, measured: tuple[int, ...], where: str) -> tuple[int, ...]:
        """The shape to declare for the output `name`, which a run returned as `measured`.

        Raises:
            Failure: it is dynamic.
        """
        shape = self.inferred[name]
        if measured in (shape, self.declared[name]) and 0 not in measured:
            return measured
        text = " x ".join(map(str, shape)) or "no known shape"
        what = f"output '{name}' is dynamic, {text}: darktable would copy it without checking its size"
        self.check_causes(name, where)
        if self.free:
            names = ", ".join(name if PLAIN.fullmatch(name) else json.dumps(name) for name in self.free)
            fix = f"set numbers in convert.options.sizes for {names}, or export it with fixed shapes"
            raise Failure(what, where=where, fix=fix)
        if 0 in measured:
            raise Failure(f"output '{name}' is empty, {list(measured)}", where=where, fix="export it with other sizes")
        return measured

    def check_causes(self, name: str, where: str) -> None:
        """Reject an output whose size depends on values.

        Raises:
            Failure: it does.
        """
        if causes := self.causes[name]:
            what = f"output '{name}' has a size that depends on values of the input: {', '.join(causes)}"
            fix = "list the other outputs in convert.options.outputs, or export the network up to that operator"
            raise Failure(what, where=where, fix=fix)


def data_dependent(model: ir.Model) -> dict[str, tuple[str, ...]]:
    """For each output, the operators through which its size depends on the values of inputs."""
    causes = {}
    for output in model.graph.outputs:
        found = [node for node in _ancestors(output, through_sizes=True) if _is_sized_by_values(node)]
        causes[str(output.name)] = tuple(sorted({node.op_type for node in found}))
    return causes


def _is_sized_by_values(node: ir.Node) -> bool:
    places = SHAPE_INPUTS.get(node.op_type, ()) if node.domain in {"", "ai.onnx"} else ()
    sources = [node.inputs[place] for place in places if place < len(node.inputs)]
    return any(source is not None and _depends_on_values(source) for source in sources)


def _depends_on_values(value: ir.Value) -> bool:
    """Whether a value is computed from the values of the graph's inputs, not just from their sizes."""
    if value.is_graph_input():
        return True
    nodes = _ancestors(value, through_sizes=False)
    return any(source is not None and source.is_graph_input() for node in nodes for source in node.inputs)


def _ancestors(value: ir.Value, *, through_sizes: bool) -> list[ir.Node]:
    """Nodes that a value is computed from, with those of subgraphs; those behind `FIXED` only on demand."""
    found: dict[ir.Node, None] = {}
    pending = [value.producer()]
    while pending:
        node = pending.pop()
        if node is None or node in found or (node.op_type in FIXED and not through_sizes):
            continue
        for one in [node, *_inner_nodes(node)]:
            found[one] = None
            pending += [source.producer() for source in one.inputs if source is not None]
    return list(found)


def _inner_nodes(node: ir.Node) -> list[ir.Node]:
    graphs = [one.as_graph() for one in node.attributes.values() if one.type == ir.AttributeType.GRAPH]
    return [one for graph in graphs for one in ir.traversal.RecursiveGraphIterator(graph)]
