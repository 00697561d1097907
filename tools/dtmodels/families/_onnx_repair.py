"""Repair a finished graph where there is exactly one correct way, without changing what it computes.

Nodes get in order, functions become nodes, sparse weights dense, weights are no inputs any more, dropout is removed,
dimensions without a size get names, and an opset that ONNX Runtime or darktable lacks is converted.
"""

from __future__ import annotations

import numpy as np
import onnx
import onnx_ir as ir
from onnx import numpy_helper
from onnx.inliner import inline_local_functions
from onnx_ir.passes import common

from dtmodels.families._onnx_checks import check_graph, nodes
from dtmodels.families._onnx_old_opset import state_types
from dtmodels.families._onnx_opset import convert_opset
from dtmodels.families._onnx_reading import reading
from dtmodels.graph.normalise import IR_VERSION
from dtmodels.graph.walk import graphs

MIN_IR = 8
"""Lowest file format written: from IR 4 on weights need not be inputs, and IR 8 is as old as opset 15."""


def repair(model: onnx.ModelProto, where: str) -> onnx.ModelProto:
    """Repair `model`, in place where possible. Called by the family `onnx`.

    Args:
        model: the graph with all its weights and all its sizes (`set_sizes`), which the conversion of the opset needs.
        where: its file, for messages.

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
