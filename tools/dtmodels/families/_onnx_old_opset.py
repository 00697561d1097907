"""Convert opsets 1 to 6, which ONNX Runtime does not run, to 7.

Before opset 7 a second operand was aligned by the attributes `axis` and `broadcast`; since then shapes are aligned at
their last dimension. The converter of the onnx library (1.23) aligns `axis=1` wrongly, and lacks other changes. All of
them are in ONNX's changelog of operators; those not listed here only took more types.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import onnx
from onnx import AttributeProto, TensorProto, helper, numpy_helper

from dtbase.system.errors import Failure
from dtmodels.families._onnx_ranks import declared_ranks, result_rank
from dtmodels.graph.walk import graphs

OLDEST = 7
"""Lowest opset of ONNX Runtime's kernels; see docs/Versioning.md of ONNX Runtime."""
ALIGNED = frozenset({"Add", "And", "Div", "Equal", "Greater", "Less", "Mul", "Or", "PRelu", "Pow", "Sub", "Xor"})
REMOVED = ("broadcast", "consumed_inputs", "is_test", "output_sequence")
"""Attributes that opset 7 no longer has. Training mode is rejected before; the third operand of Gemm was aligned at the
last dimension before."""
FIELDS = (
    ("f", AttributeProto.FLOAT),
    ("i", AttributeProto.INT),
    ("s", AttributeProto.STRING),
    ("t", AttributeProto.TENSOR),
    ("g", AttributeProto.GRAPH),
    ("floats", AttributeProto.FLOATS),
    ("ints", AttributeProto.INTS),
    ("strings", AttributeProto.STRINGS),
    ("tensors", AttributeProto.TENSORS),
    ("graphs", AttributeProto.GRAPHS),
)
"""Fields of an attribute, and the type that files of IR 3 and newer state."""


def state_types(model: onnx.ModelProto) -> None:
    """Set the types of attributes, which files before IR 3 leave out."""
    for graph in graphs(model.graph):
        for node in graph.node:
            for attribute in node.attribute:
                present = {field.name for field, _ in attribute.ListFields()}
                if attribute.type == AttributeProto.UNDEFINED:
                    attribute.type = next((kind for name, kind in FIELDS if name in present), AttributeProto.INTS)


def convert_old(model: onnx.ModelProto, where: str) -> None:
    """Convert a graph of an opset below 7 to 7, in place.

    Raises:
        Failure: the number of dimensions of an operand is unknown.
    """
    outer = declared_ranks(model.graph)
    for graph in graphs(model.graph):
        ranks = outer | declared_ranks(graph)
        weights = {tensor.name: tensor for tensor in graph.initializer}
        nodes = []
        for node in graph.node:
            attributes = {attribute.name: helper.get_attribute_value(attribute) for attribute in node.attribute}
            if (rank := result_rank(node, attributes, ranks, weights)) is not None:
                ranks |= dict.fromkeys(node.output, rank)
            if node.op_type in ALIGNED and not node.domain:
                nodes += _align(node, attributes, ranks, where)
            elif node.op_type == "Reshape" and not node.domain and "shape" in attributes:
                nodes.append(_shape_input(node, attributes))
            elif node.op_type in CHANGED and not node.domain:
                CHANGED[node.op_type](node, attributes)
            _drop(node, *REMOVED)
            if node.op_type in {"BatchNormalization", "Dropout"}:
                del node.output[1:]
            nodes.append(node)
        del graph.node[:]
        graph.node.extend(nodes)
    for opset in model.opset_import:
        opset.version = opset.version if opset.domain else OLDEST


def _align(
    node: onnx.NodeProto, attributes: Mapping[str, object], ranks: Mapping[str, int], where: str
) -> list[onnx.NodeProto]:
    """Nodes that append dimensions of size 1 to the second operand, so that it is aligned at the last one."""
    first, second = node.input
    axis = 1 if node.op_type == "PRelu" else attributes.get("axis")
    _drop(node, "axis")
    if not isinstance(axis, int) or ranks.get(second) == 0:
        return []
    if first not in ranks or second not in ranks:
        what = f"{node.op_type} '{node.name or node.output[0]}' of an opset below 7 has an operand of unknown shape"
        raise Failure(what, where=where, fix="export it with an opset from 7 to 20")
    axis = axis + ranks[first] if axis < 0 else axis
    missing = ranks[first] - axis - ranks[second]
    if missing <= 0:
        return []
    aligned = f"{node.output[0]}.operand"
    node.input[1] = aligned
    axes = list(range(ranks[second], ranks[second] + missing))
    return [helper.make_node("Unsqueeze", [second], [aligned], axes=axes)]


def _cast(node: onnx.NodeProto, attributes: Mapping[str, object]) -> None:
    """Element types were strings until opset 6."""
    if isinstance(kind := attributes.get("to"), bytes):
        _drop(node, "to")
        node.attribute.append(helper.make_attribute("to", TensorProto.DataType.Value(kind.decode().upper())))


def _pad(node: onnx.NodeProto, attributes: Mapping[str, object]) -> None:
    """`pads` was called `paddings` in opset 1."""
    if "paddings" in attributes:
        _drop(node, "paddings")
        node.attribute.append(helper.make_attribute("pads", attributes["paddings"]))


def _concat(node: onnx.NodeProto, attributes: Mapping[str, object]) -> None:
    """The axis had a default until opset 4."""
    if "axis" not in attributes:
        node.attribute.append(helper.make_attribute("axis", 1))


def _shape_input(node: onnx.NodeProto, attributes: Mapping[str, object]) -> onnx.NodeProto:
    """The shape was an attribute until opset 5."""
    _drop(node, "shape")
    shape = numpy_helper.from_array(np.array(attributes["shape"], np.int64))
    node.input.append(f"{node.output[0]}.shape")
    return helper.make_node("Constant", [], [node.input[1]], value=shape)


def _pool(node: onnx.NodeProto, attributes: Mapping[str, object]) -> None:
    """The exponent was a float until opset 2."""
    if isinstance(power := attributes.get("p"), float):
        _drop(node, "p")
        node.attribute.append(helper.make_attribute("p", int(power)))


def _upsample(node: onnx.NodeProto, attributes: Mapping[str, object]) -> None:
    """The last two dimensions had attributes of their own in opset 1."""
    if isinstance(height := attributes.get("height_scale"), float):
        width = attributes["width_scale"]
        _drop(node, "height_scale", "width_scale")
        node.attribute.append(helper.make_attribute("scales", [1.0, 1.0, height, width]))


CHANGED: Mapping[str, Callable[[onnx.NodeProto, Mapping[str, object]], None]] = {
    "Cast": _cast,
    "Concat": _concat,
    "GlobalLpPool": _pool,
    "LpPool": _pool,
    "Pad": _pad,
    "Upsample": _upsample,
}
"""Operators with other changes, with the function that makes each."""


def _drop(node: onnx.NodeProto, *names: str) -> None:
    kept = [attribute for attribute in node.attribute if attribute.name not in names]
    del node.attribute[:]
    node.attribute.extend(kept)
