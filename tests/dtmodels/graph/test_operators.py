"""Graphs use operators that every provider of ONNX Runtime has."""

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


def one(make_graph: Graph, name: str, *, domain: str = "") -> onnx.ModelProto:
    node = helper.make_node(name, ["input"], ["output"], domain=domain)
    return make_graph({"input": [1, 3]}, {"output": [1, 3]}, [node])


def test_plain_operators_pass(make_graph: Graph) -> None:
    check_operators(one(make_graph, "Relu"), "model.onnx")


def test_an_operator_some_provider_lacks_is_refused_with_what_to_write_instead(make_graph: Graph) -> None:
    with pytest.raises(Failure, match="not every provider of ONNX Runtime has: DFT") as failure:
        check_operators(one(make_graph, "DFT"), "model.onnx")
    assert failure.value.where == "model.onnx"
    assert "products with constant matrices" in failure.value.fix


def test_operators_outside_the_standard_are_refused(make_graph: Graph) -> None:
    with pytest.raises(Failure, match="outside the ONNX standard: vendor::Magic"):
        check_operators(one(make_graph, "Magic", domain="vendor"), "model.onnx")


def test_branches_are_searched_too(make_graph: Graph) -> None:
    inner = one(make_graph, "Mish").graph
    node = helper.make_node("If", ["input"], ["output"], then_branch=inner, else_branch=inner)
    model = make_graph({"input": [1, 3]}, {"output": [1, 3]}, [node])
    assert {name for _, name in operators(model)} == {"If", "Mish"}


def test_the_tables_do_not_contradict_each_other() -> None:
    assert not SUPPORTED_EVERYWHERE & set(UNSUPPORTED)
    assert COREML <= SUPPORTED_EVERYWHERE
    assert set(COREML_CPU_FALLBACK) <= SUPPORTED_EVERYWHERE - COREML
    assert all(onnx.defs.has(name) for name in {*SUPPORTED_EVERYWHERE, *UNSUPPORTED})


def test_the_cpu_has_a_kernel_for_each_of_them() -> None:
    kernels = onnxruntime_pybind11_state.get_all_opkernel_def()
    there = {kernel.op_name for kernel in kernels if kernel.domain in STANDARD}
    assert SUPPORTED_EVERYWHERE - there == {"Constant"}
    assert {"HardSwish", "Mish", "GroupNormalization"} <= set(UNSUPPORTED) - there


def test_what_coreml_leaves_to_the_cpu_is_found_unless_it_is_explained(make_graph: Graph) -> None:
    assert slow_on_coreml(one(make_graph, "Relu")) == set()
    assert slow_on_coreml(one(make_graph, "Pad")) == set()
    assert slow_on_coreml(one(make_graph, "Trilu")) == {"Trilu"}
