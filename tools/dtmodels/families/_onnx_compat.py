"""Make a ready-made graph compatible with darktable where an exact way exists; otherwise report the reason.

Always: functions of the file become nodes, weights are removed from the inputs, an opset above 20 is converted, and
integer, float16 or float64 inputs and outputs become float32 with a `Cast`. On request of the card: sizes of symbolic
dimensions, another order, other names, fewer outputs.
"""

from __future__ import annotations

from collections.abc import Mapping, MutableSequence, Sequence
from dataclasses import dataclass

import onnx
from onnx import TensorProto, helper
from onnx.inliner import inline_local_functions
from onnx.version_converter import convert_version

from dtbase.system.errors import Failure
from dtbase.system.suggestions import did_you_mean
from dtmodels.families._graph_overrides import GraphOverrides
from dtmodels.graph.normalise import MAX_OPSET
from dtmodels.graph.operators import STANDARD, operators

CASTABLE = {
    TensorProto.FLOAT16,
    TensorProto.DOUBLE,
    TensorProto.INT8,
    TensorProto.UINT8,
    TensorProto.INT32,
    TensorProto.INT64,
    TensorProto.BOOL,
}
"""Element types that a `Cast` converts to and from float32."""
INNER = ".inside"
"""Suffix of a tensor's name in the graph, if the float32 input or output has taken its name."""
Shape = tuple[int | str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CompatibleGraph:
    """A graph with inputs and outputs that darktable can pass."""

    model: onnx.ModelProto
    inputs: Mapping[str, Shape]
    """Shapes by name, in order; a symbolic dimension is a string."""
    outputs: Mapping[str, str]
    """Old name of each output, mapped to its new name, in order."""
    shapes: Mapping[str, tuple[int, ...]]
    """Shapes of outputs, by new name."""


def make_compatible(original: onnx.ModelProto, where: str, overrides: GraphOverrides) -> CompatibleGraph:
    """Make a graph compatible with darktable. Called by the family `onnx`.

    Args:
        original: the graph with all its weights; it is not changed.
        where: its file, for messages.
        overrides: options of the card.

    Raises:
        Failure: the graph cannot be made compatible, or an option names an unknown tensor.
    """
    model = _converted(inline_local_functions(original), where)
    graph = model.graph
    domains = {domain for domain, _ in operators(model)}
    imports = [opset for opset in model.opset_import if opset.domain in domains | STANDARD]
    del model.opset_import[:]
    model.opset_import.extend(imports)
    weights = {tensor.name for tensor in graph.initializer}
    _replace_values(graph.input, [value for value in graph.input if value.name not in weights])
    _replace_values(graph.input, _ordered(graph.input, overrides.inputs, f"{overrides.where}.inputs", complete=True))
    _replace_values(
        graph.output, _ordered(graph.output, overrides.outputs, f"{overrides.where}.outputs", complete=False)
    )
    _fix_sizes(graph, overrides.sizes)
    names = [value.name for value in graph.output]
    for value in graph.input:
        _float_input(graph, value, where)
    for value in graph.output:
        _float_output(graph, value, where)
    for name in [*(value.name for value in graph.input), *names]:
        _rename(graph, name, overrides.renamed(name), where)
    model = _with_shapes(model)
    return CompatibleGraph(
        model=model,
        inputs={value.name: _shape(value) for value in model.graph.input},
        outputs={old: overrides.renamed(old) for old in names},
        shapes={value.name: _static(value, model, where) for value in model.graph.output},
    )


def _converted(model: onnx.ModelProto, where: str) -> onnx.ModelProto:
    standard = max((opset.version for opset in model.opset_import if not opset.domain), default=0)
    if standard <= MAX_OPSET:
        return model
    try:
        return convert_version(model, MAX_OPSET)
    except Exception as exc:
        # the converter raises RuntimeErrors and protobuf's own exception types
        what = f"opset {standard} is above {MAX_OPSET}, and cannot be converted: {exc}"
        raise Failure(what, where=where, fix=f"export with opset {MAX_OPSET} or lower") from exc


def _replace_values(values: MutableSequence[onnx.ValueInfoProto], new: Sequence[onnx.ValueInfoProto]) -> None:
    copies = [onnx.ValueInfoProto.FromString(value.SerializeToString()) for value in new]
    del values[:]
    values.extend(copies)


def _ordered(
    values: Sequence[onnx.ValueInfoProto], names: Sequence[str], where: str, *, complete: bool
) -> list[onnx.ValueInfoProto]:
    known = {value.name: value for value in values}
    for name in names:
        if name not in known:
            raise Failure(f"the graph has no '{name}'", where=where, fix=did_you_mean(name, known))
    if names and (len(set(names)) < len(names) or (complete and len(names) < len(known))):
        raise Failure(f"lists {', '.join(names)}", where=where, fix=f"list each once: {', '.join(known)}")
    return [known[name] for name in names] or list(values)


def _fix_sizes(graph: onnx.GraphProto, sizes: Mapping[str, int]) -> None:
    for value in [*graph.input, *graph.output]:
        for dim in value.type.tensor_type.shape.dim:
            if dim.dim_param in sizes:
                dim.dim_value = sizes[dim.dim_param]


def _float_input(graph: onnx.GraphProto, value: onnx.ValueInfoProto, where: str) -> None:
    kind = _kind(value, where)
    if kind == TensorProto.FLOAT:
        return
    for node in graph.node:
        _replace(node.input, value.name, value.name + INNER)
    graph.node.insert(0, helper.make_node("Cast", [value.name], [value.name + INNER], to=kind))
    value.type.tensor_type.elem_type = TensorProto.FLOAT


def _float_output(graph: onnx.GraphProto, value: onnx.ValueInfoProto, where: str) -> None:
    if _kind(value, where) == TensorProto.FLOAT:
        return
    for node in graph.node:
        _replace(node.input, value.name, value.name + INNER)
        _replace(node.output, value.name, value.name + INNER)
    graph.node.append(helper.make_node("Cast", [value.name + INNER], [value.name], to=TensorProto.FLOAT))
    value.type.tensor_type.elem_type = TensorProto.FLOAT


def _kind(value: onnx.ValueInfoProto, where: str) -> int:
    kind = value.type.tensor_type.elem_type
    if kind != TensorProto.FLOAT and kind not in CASTABLE:
        name = TensorProto.DataType.Name(kind).lower() if value.type.HasField("tensor_type") else "no tensor"
        what = f"'{value.name}' is {name}, which darktable cannot pass"
        raise Failure(what, where=where, fix="export it with float32 inputs and outputs")
    return int(kind)


def _rename(graph: onnx.GraphProto, old: str, new: str, where: str) -> None:
    if old == new:
        return
    taken = {value.name for value in [*graph.input, *graph.output, *graph.initializer]}
    if new in taken | {name for node in graph.node for name in node.output}:
        raise Failure(f"'{old}' cannot be called '{new}', which is another tensor", where=where)
    for value in [*graph.input, *graph.output]:
        if value.name == old:
            value.name = new
    for node in graph.node:
        _replace(node.input, old, new)
        _replace(node.output, old, new)


def _replace(names: MutableSequence[str], old: str, new: str) -> None:
    for index, name in enumerate(names):
        if name == old:
            names[index] = new


def _with_shapes(model: onnx.ModelProto) -> onnx.ModelProto:
    """Infer the shapes of outputs from the shapes of inputs, where possible."""
    del model.graph.value_info[:]
    try:
        inferred = onnx.shape_inference.infer_shapes(model, data_prop=True)
    except Exception:
        # a later check reports invalid graphs; here the shapes stay unknown
        return model
    _replace_values(model.graph.output, inferred.graph.output)
    return model


def _shape(value: onnx.ValueInfoProto) -> Shape:
    dims = value.type.tensor_type.shape.dim
    return tuple(
        dim.dim_value if dim.HasField("dim_value") else dim.dim_param or f"unnamed {i}" for i, dim in enumerate(dims)
    )


def _static(value: onnx.ValueInfoProto, model: onnx.ModelProto, where: str) -> tuple[int, ...]:
    shape = _shape(value)
    sizes = tuple(size for size in shape if isinstance(size, int))
    if len(sizes) == len(shape) and value.type.tensor_type.HasField("shape"):
        return sizes
    free = sorted(
        {size for tensor in model.graph.input for size in _shape(tensor) if isinstance(size, str)}
        | (set(shape) - set(sizes))
    )
    text = " x ".join(str(size) for size in shape) or "no known shape"
    what = f"output '{value.name}' is dynamic, {text}: darktable would copy it without checking its size"
    fix = f"set numbers in convert.options.sizes for {', '.join(map(str, free))}, or export it with fixed shapes"
    raise Failure(what, where=where, fix=fix)
