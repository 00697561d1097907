"""Tests of the operator tables and of the rejection of unsupported operators."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.capi import onnxruntime_pybind11_state

from dtbase.system.errors import Failure
from dtmodels.card.schemas import check_json, schema_directory
from dtmodels.graph.operators import (
    COREML,
    FILE,
    KERNELS,
    REPLACEMENTS,
    STANDARD,
    WEBGPU,
    check_operators,
    float64_tensors,
    operators,
)

Graph = Callable[..., onnx.ModelProto]


def single_node(make_graph: Graph, name: str, *, domain: str = "") -> onnx.ModelProto:
    node = helper.make_node(name, ["input"], ["output"], domain=domain)
    return make_graph({"input": [1, 3]}, {"output": [1, 3]}, [node])


def test_supported_operators_pass(make_graph: Graph) -> None:
    check_operators(single_node(make_graph, "Relu"), "model.onnx")


def test_unsupported_operator_is_rejected_with_its_replacement(make_graph: Graph) -> None:
    with pytest.raises(Failure, match="not every execution provider of ONNX Runtime supports: DFT") as failure:
        check_operators(single_node(make_graph, "DFT"), "model.onnx")
    assert failure.value.where == "model.onnx"
    assert "products with constant matrices" in failure.value.fix


def test_custom_operators_are_rejected(make_graph: Graph) -> None:
    with pytest.raises(Failure, match="outside the ONNX standard: vendor::Magic"):
        check_operators(single_node(make_graph, "Magic", domain="vendor"), "model.onnx")


def test_operators_of_subgraphs_are_listed(make_graph: Graph) -> None:
    inner = single_node(make_graph, "Mish").graph
    node = helper.make_node("If", ["input"], ["output"], then_branch=inner, else_branch=inner)
    model = make_graph({"input": [1, 3]}, {"output": [1, 3]}, [node])
    assert {name for _, name in operators(model)} == {"If", "Mish"}


def test_table_follows_its_schema() -> None:
    content = json.loads((schema_directory() / FILE).read_bytes())
    check_json("providers-v1", content, where=FILE)


def test_operator_tables_are_consistent() -> None:
    assert not KERNELS.operators & set(REPLACEMENTS)
    assert COREML.operators <= KERNELS.operators
    for provider in (COREML, WEBGPU):
        assert set(provider.left_to_cpu) <= KERNELS.operators - provider.operators
    assert all(onnx.defs.has(name) for name in {*KERNELS.operators, *REPLACEMENTS})


def test_cpu_has_a_kernel_for_each_supported_operator() -> None:
    kernels = onnxruntime_pybind11_state.get_all_opkernel_def()
    available = {kernel.op_name for kernel in kernels if kernel.domain in STANDARD}
    assert KERNELS.operators - available == {"Constant"}
    assert {"HardSwish", "Mish", "GroupNormalization"} <= set(REPLACEMENTS) - available


def test_operators_left_to_the_cpu_are_reported_unless_listed() -> None:
    assert COREML.lacks({"Relu", "Pad"}) == set()
    assert COREML.lacks({"Trilu"}) == {"Trilu"}
    assert WEBGPU.lacks({"Relu", "TopK", "Softplus"}) == {"Softplus"}


@pytest.mark.parametrize(
    ("node", "constants", "entry"),
    [
        (helper.make_node("Cast", ["input"], ["wide"], to=TensorProto.DOUBLE), {}, "wide"),
        (helper.make_node("Cast", ["two"], ["output"], to=TensorProto.FLOAT), {"two": np.float64([2])}, "two"),
        (helper.make_node("RandomNormalLike", ["input"], ["noise"], dtype=TensorProto.DOUBLE), {}, "noise"),
        (helper.make_node("Constant", [], ["c"], value=numpy_helper.from_array(np.float64(1), "c")), {}, "c"),
    ],
)
def test_float64_is_found_where_it_enters(
    make_graph: Graph, node: onnx.NodeProto, constants: dict[str, Any], entry: str
) -> None:
    graph = make_graph({"input": [1, 3]}, {"output": [1, 3]}, [node], constants=constants)
    assert float64_tensors(graph) == (entry,)
    branch = helper.make_node("If", ["input"], ["output"], then_branch=graph.graph, else_branch=graph.graph)
    assert float64_tensors(make_graph({"input": [1, 3]}, {"output": [1, 3]}, [branch])) == (entry,)


def test_float32_graph_has_no_float64(make_graph: Graph) -> None:
    assert float64_tensors(single_node(make_graph, "Relu")) == ()
