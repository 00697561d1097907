"""Tests of the operator tables and of the rejection of unsupported operators."""

from __future__ import annotations

from collections.abc import Callable

import onnx
import pytest
from onnx import helper
from onnxruntime.capi import onnxruntime_pybind11_state

from dtbase.system.errors import Failure
from dtmodels.graph.operators import (
    COREML,
    COREML_CPU_FALLBACK,
    STANDARD,
    SUPPORTED_EVERYWHERE,
    UNSUPPORTED,
    check_operators,
    operators,
    slow_on_coreml,
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


def test_operator_tables_are_consistent() -> None:
    assert not SUPPORTED_EVERYWHERE & set(UNSUPPORTED)
    assert COREML <= SUPPORTED_EVERYWHERE
    assert set(COREML_CPU_FALLBACK) <= SUPPORTED_EVERYWHERE - COREML
    assert all(onnx.defs.has(name) for name in {*SUPPORTED_EVERYWHERE, *UNSUPPORTED})


def test_cpu_has_a_kernel_for_each_supported_operator() -> None:
    kernels = onnxruntime_pybind11_state.get_all_opkernel_def()
    available = {kernel.op_name for kernel in kernels if kernel.domain in STANDARD}
    assert SUPPORTED_EVERYWHERE - available == {"Constant"}
    assert {"HardSwish", "Mish", "GroupNormalization"} <= set(UNSUPPORTED) - available


def test_coreml_fallback_is_reported_unless_listed(make_graph: Graph) -> None:
    assert slow_on_coreml(single_node(make_graph, "Relu")) == set()
    assert slow_on_coreml(single_node(make_graph, "Pad")) == set()
    assert slow_on_coreml(single_node(make_graph, "Trilu")) == {"Trilu"}
