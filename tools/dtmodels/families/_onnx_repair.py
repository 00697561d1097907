"""Repair a finished graph where there is exactly one correct way, without changing what it computes.

Nodes get in order, functions become nodes, sparse weights dense, weights are no inputs any more, dropout is removed,
dimensions without a size get names, and an opset that ONNX Runtime or darktable lacks is converted.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator, Mapping

import numpy as np
import onnx
import onnx_ir as ir
from onnx import numpy_helper
from onnx.inliner import inline_local_functions
from onnx_ir.passes import common

from dtbase.system.errors import Failure
from dtmodels.families._onnx_checks import check_graph, nodes
from dtmodels.families._onnx_old_opset import state_types
from dtmodels.families._onnx_opset import convert_opset
from dtmodels.graph.inspect import graphs
from dtmodels.graph.normalise import IR_VERSION

MIN_IR = 8
"""Lowest file format written: from IR 4 on weights need not be inputs, and IR 8 is as old as opset 15."""


def repair(model: onnx.ModelProto, where: str, sizes: Mapping[str, int | list[int]]) -> onnx.ModelProto:
    """Repair `model`, in place where possible. Called by the family `onnx`.

    Args:
        model: the graph with all its weights.
        where: its file, for messages.
        sizes: `convert.options.sizes` of the card; they are set before the opset is converted, which needs them.

    Returns:
        A graph that ONNX Runtime can open, if its operators have kernels.

    Raises:
        Failure: the graph is invalid, has operators of other libraries, or runs in training mode.
    """
    with reading(where):
        _join_domains(model)
        state_types(model)
        for graph in graphs(model.graph):
            graph.name = graph.name or "graph"
            _make_dense(graph)
        if model.functions:
            model = inline_local_functions(model, convert_version=True)
        model.ir_version = min(max(model.ir_version, MIN_IR), IR_VERSION)
        set_sizes(model.graph, sizes)
        graph_ir = ir.from_proto(model)
        tidy(graph_ir)
        check_graph(graph_ir, where)
        _remove_dropout(graph_ir)
        return _with_types(convert_opset(ir.to_proto(graph_ir), where))


def tidy(model: ir.Model) -> None:
    """Sort nodes, remove those that no output needs, and remove weights from the inputs."""
    ir.passes.Sequential(
        common.RemoveInitializersFromInputsPass(),
        common.TopologicalSortPass(),
        common.RemoveUnusedNodesPass(),
        common.RemoveUnusedOpsetsPass(),
    )(model)


@contextlib.contextmanager
def reading(where: str) -> Iterator[None]:
    """Report what the libraries raise on an invalid graph as one failure.

    onnx, onnx_ir and protobuf raise many unrelated types for graphs that refer to missing tensors, have cycles, or
    store fewer bytes than a shape needs; onnx_ir also logs them.
    """
    level = logging.getLogger("onnx_ir").level
    logging.getLogger("onnx_ir").setLevel(logging.CRITICAL)
    try:
        yield
    except (Failure, MemoryError):
        raise
    except Exception as exc:
        raise invalid(exc, where) from exc
    finally:
        logging.getLogger("onnx_ir").setLevel(level)


def invalid(exc: BaseException, where: str) -> Failure:
    """The failure for a graph that a library rejects: its innermost reason, on one line."""
    while exc.__cause__ is not None:
        exc = exc.__cause__
    reason = " ".join(str(exc).split())[:200] or type(exc).__name__
    return Failure(f"is not a valid ONNX graph ({reason})", where=where, fix="export it again, or ask its author to")


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


def _join_domains(model: onnx.ModelProto) -> None:
    """Write the standard domain as "", once; graphs before ONNX 1.0 state no opset, and mean 1."""
    for graph in [*graphs(model.graph), *model.functions]:
        for node in graph.node:
            node.domain = "" if node.domain == "ai.onnx" else node.domain
    versions: dict[str, int] = {}
    for opset in model.opset_import:
        domain = "" if opset.domain == "ai.onnx" else opset.domain
        versions[domain] = max(opset.version, versions.get(domain, 0))
    if not versions:
        versions[""] = 1
    del model.opset_import[:]
    model.opset_import.extend(onnx.helper.make_opsetid(domain, version) for domain, version in versions.items())


def _make_dense(graph: onnx.GraphProto) -> None:
    for tensor in graph.sparse_initializer:
        values, indices = numpy_helper.to_array(tensor.values), numpy_helper.to_array(tensor.indices)
        dense = np.zeros(tuple(tensor.dims), values.dtype)
        places = tuple(indices.T) if indices.ndim == 2 else np.unravel_index(indices, dense.shape)
        dense[places] = values
        graph.initializer.append(numpy_helper.from_array(dense, tensor.values.name))
    del graph.sparse_initializer[:]


def _with_types(model: onnx.ModelProto) -> onnx.ModelProto:
    """Infer the types of outputs, if the exporter left one out."""
    del model.graph.value_info[:]
    if all(value.type.tensor_type.elem_type for value in model.graph.output):
        return model
    return onnx.shape_inference.infer_shapes(model)


def _remove_dropout(model: ir.Model) -> None:
    """Remove each `Dropout`, which copies its input outside training; keep one whose mask is used."""
    for node in nodes(model):
        if node.op_type != "Dropout" or node.domain or any(_used(value) for value in node.outputs[1:]):
            continue
        (source, *_), (output, *_) = node.inputs, node.outputs
        if source is None or node.graph is None:
            continue
        if output.is_graph_output():
            copy = ir.node("Identity", [source], name=node.name)
            node.graph.insert_before(node, copy)
            ir.convenience.replace_nodes_and_values(node.graph, node, [node], [copy], [output], list(copy.outputs))
        else:
            output.replace_all_uses_with(source)
            node.graph.remove(node, safe=True)


def _used(value: ir.Value) -> bool:
    return bool(value.uses()) or value.is_graph_output()
