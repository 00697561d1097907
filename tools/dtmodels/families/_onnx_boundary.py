"""Inputs and outputs of a finished graph as darktable passes them: float32, in its order, under the card's names."""

from __future__ import annotations

from collections.abc import Mapping, MutableSequence, Sequence

import onnx
import onnx_ir as ir
from onnx import TensorProto

from dtbase.system.errors import Failure
from dtbase.system.suggestions import did_you_mean
from dtmodels.families._graph_overrides import GraphOverrides
from dtmodels.graph.inspect import type_title
from dtmodels.graph.normalise import MAX_OPSET

CASTABLE = frozenset(
    {
        TensorProto.FLOAT16,
        TensorProto.BFLOAT16,
        TensorProto.DOUBLE,
        TensorProto.INT8,
        TensorProto.UINT8,
        TensorProto.INT16,
        TensorProto.UINT16,
        TensorProto.INT32,
        TensorProto.UINT32,
        TensorProto.INT64,
        TensorProto.UINT64,
        TensorProto.BOOL,
        TensorProto.FLOAT8E4M3FN,
        TensorProto.FLOAT8E4M3FNUZ,
        TensorProto.FLOAT8E5M2,
        TensorProto.FLOAT8E5M2FNUZ,
    }
)
"""Element types that ONNX Runtime's `Cast` converts to and from float32, up to opset 20."""
INNER = ".inside"
"""Suffix of a tensor's name in the graph, if the float32 input or output has taken its name."""


def choose_tensors(graph: onnx.GraphProto, overrides: GraphOverrides, where: str) -> None:
    """Put inputs and outputs into the order of the card, without weights and without outputs that it does not list.

    Inputs that it does not list come last; `convert_boundary` removes them.

    Raises:
        Failure: the card lists an unknown tensor, or one has a type that darktable cannot pass.
    """
    weights = {tensor.name for tensor in graph.initializer} | {t.values.name for t in graph.sparse_initializer}
    inputs = [value for value in graph.input if value.name not in weights]
    listed = _ordered(inputs, overrides.inputs, f"{overrides.where}.inputs")
    _replace_values(graph.input, [*listed, *(value for value in inputs if value not in listed)])
    _replace_values(graph.output, _ordered(graph.output, overrides.outputs, f"{overrides.where}.outputs"))
    if wrong := [value for value in listed if not _is_castable(value)]:
        what = f"input '{wrong[0].name}' is {type_title(wrong[0])}, which darktable cannot pass"
        raise Failure(what, where=where, fix="export the network from its first tensor of numbers on")
    if wrong := [value for value in graph.output if value.type.ByteSize() and not _is_castable(value)]:
        what = f"output '{wrong[0].name}' is {type_title(wrong[0])}, which darktable cannot pass"
        others = [value.name for value in graph.output if _is_castable(value)]
        fix = f"list the others in convert.options.outputs: {', '.join(others)}" if others else "export tensors instead"
        raise Failure(what, where=where, fix=fix)


def convert_boundary(model: ir.Model, overrides: GraphOverrides, where: str) -> list[tuple[str, str]]:
    """Convert inputs and outputs to float32 by a `Cast`, and rename them. Called by the family `onnx`.

    Returns:
        The old and the new name of each output, in order.

    Raises:
        Failure: the card leaves out an input that the graph needs, or a new name is that of another tensor.
    """
    graph = model.graph
    _remove_inputs(graph, overrides)
    old_names = [str(value.name) for value in graph.outputs]
    for index, value in enumerate(list(graph.inputs)):
        if value.dtype not in {ir.DataType.FLOAT, None}:
            _cast_input(graph, index, value)
    for index, value in enumerate(list(graph.outputs)):
        if value.producer() is None or value in graph.outputs[:index]:
            _copy_output(graph, index, value)
    for index, value in enumerate(list(graph.outputs)):
        if value.dtype not in {ir.DataType.FLOAT, None}:
            _cast_output(graph, index, value)
    model.opset_imports.setdefault("", MAX_OPSET)  # of the casts; a graph of ai.onnx.ml alone imports none
    current = {value: str(value.name) for value in [*graph.inputs, *graph.outputs]}
    _rename(model, {value: overrides.renamed(name) for value, name in current.items()}, where)
    return list(zip(old_names, [str(value.name) for value in graph.outputs], strict=True))


def _remove_inputs(graph: ir.Graph, overrides: GraphOverrides) -> None:
    """Remove the inputs that the card leaves out, which no output may need."""
    for value in [one for one in graph.inputs if overrides.inputs and one.name not in overrides.inputs]:
        if value.uses() or value.is_graph_output():
            what, where = f"leaves out '{value.name}', which the graph needs", f"{overrides.where}.inputs"
            raise Failure(what, where=where, fix=f"list it, or leave out the outputs that need '{value.name}'")
        graph.inputs.remove(value)


def _is_castable(value: onnx.ValueInfoProto) -> bool:
    kind = value.type.tensor_type.elem_type
    return value.type.HasField("tensor_type") and (kind == TensorProto.FLOAT or kind in CASTABLE)


def _replace_values(values: MutableSequence[onnx.ValueInfoProto], new: Sequence[onnx.ValueInfoProto]) -> None:
    copies = [onnx.ValueInfoProto.FromString(value.SerializeToString()) for value in new]
    del values[:]
    values.extend(copies)


def _ordered(values: Sequence[onnx.ValueInfoProto], names: Sequence[str], where: str) -> list[onnx.ValueInfoProto]:
    known = {value.name: value for value in values}
    for name in names:
        if name not in known:
            raise Failure(f"the graph has no '{name}'", where=where, fix=did_you_mean(name, known))
    if len(set(names)) < len(names):
        raise Failure(f"lists {', '.join(names)}", where=where, fix=f"list each once: {', '.join(known)}")
    return [known[name] for name in names] or list(values)


def _cast_input(graph: ir.Graph, index: int, value: ir.Value) -> None:
    outer = ir.Value(name=value.name, type=ir.TensorType(ir.DataType.FLOAT), shape=value.shape)
    cast = ir.node("Cast", [outer], {"to": int(value.dtype or 0)}, outputs=[ir.Value(name=f"{value.name}{INNER}")])
    graph.inputs[index] = outer
    value.replace_all_uses_with(cast.outputs[0], replace_graph_outputs=True)
    cast.outputs[0].type, cast.outputs[0].shape = value.type, value.shape
    _insert_first(graph, cast)


def _copy_output(graph: ir.Graph, index: int, value: ir.Value) -> None:
    """Copy an output that is an input, a weight or another output, so that it is a tensor of its own."""
    name = value.name if value.is_initializer() else f"{value.name}.out"
    if value.is_initializer():
        ir.convenience.rename_values(value, f"{value.name}.weight")
    copy = ir.node("Identity", [value], outputs=[ir.Value(name=name, type=value.type, shape=value.shape)])
    graph.append(copy)
    graph.outputs[index] = copy.outputs[0]


def _cast_output(graph: ir.Graph, index: int, value: ir.Value) -> None:
    outer = ir.Value(name=value.name, type=ir.TensorType(ir.DataType.FLOAT), shape=value.shape)
    value.name = f"{value.name}{INNER}"
    graph.append(ir.node("Cast", [value], {"to": int(ir.DataType.FLOAT)}, outputs=[outer]))
    graph.outputs[index] = outer


def _insert_first(graph: ir.Graph, node: ir.Node) -> None:
    if len(graph):
        graph.insert_before(graph[0], node)
    else:
        graph.append(node)


def _rename(model: ir.Model, names: Mapping[ir.Value, str], where: str) -> None:
    taken = set(model.graph.initializers)
    for node in ir.traversal.RecursiveGraphIterator(model.graph):
        taken |= {str(value.name) for value in node.outputs}
    taken |= {str(value.name) for value in model.graph.inputs}
    for value, new in names.items():
        if value.name == new:
            continue
        if new in taken - {str(other.name) for other, changed in names.items() if other.name != changed}:
            raise Failure(f"'{value.name}' cannot be called '{new}', which is another tensor", where=where)
    if len(set(names.values())) < len(names):
        raise Failure(f"two tensors would be called the same: {', '.join(sorted(names.values()))}", where=where)
    ir.convenience.rename_values(list(names), list(names.values()))
