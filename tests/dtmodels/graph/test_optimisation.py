"""Tests of opening graphs in darktable's order of optimisation levels."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from dtmodels.graph.failures import GraphRefused
from dtmodels.graph.optimisation import Level, retries
from dtmodels.graph.runtime import Runtime

MakeGraph = Callable[..., onnx.ModelProto]
SQUARE = (8, 8)


def transposed_double(make_graph: MakeGraph) -> onnx.ModelProto:
    """A MatMul of doubles next to a Transpose: optimisation fuses them to an operator without a kernel for doubles."""
    nodes = [
        helper.make_node("Cast", ["input"], ["wide"], to=TensorProto.DOUBLE),
        helper.make_node("Transpose", ["wide"], ["turned"]),
        helper.make_node("MatMul", ["turned", "weight"], ["product"]),
        helper.make_node("Cast", ["product"], ["output"], to=TensorProto.FLOAT),
    ]
    return make_graph({"input": SQUARE}, {"output": SQUARE}, nodes, constants={"weight": np.eye(8)})


def write(path: Path, model: onnx.ModelProto) -> Path:
    path.write_bytes(model.SerializeToString())
    return path


@pytest.mark.parametrize(
    ("first", "names"),
    [
        ("all", ["provider + basic opt", "CPU + basic opt", "CPU + no opt"]),
        ("basic", ["CPU + no opt"]),
        ("none", []),
    ],
)
def test_retries_are_those_of_darktable_on_the_cpu(first: Level, names: list[str]) -> None:
    assert [attempt.name for attempt in retries(first)] == names


def test_graph_refused_at_the_first_level_opens_at_the_next(
    tmp_path: Path, make_graph: MakeGraph, runtime: Runtime
) -> None:
    path = write(tmp_path / "model.onnx", transposed_double(make_graph))
    session = runtime.load(path)
    assert (session.opening.first, session.opening.level, session.opening.lowered) == ("all", "basic", True)
    line = session.opening.log_line()
    assert line.startswith("[darktable_ai] session failed: Failed to find kernel for com.microsoft.FusedMatMul")
    assert line.endswith("- retrying with provider + basic opt")
    image = np.arange(64, dtype=np.float32).reshape(SQUARE)
    assert np.array_equal(session.call(image).outputs["output"], image.T)


def test_graph_opens_at_the_level_that_is_asked_for(tmp_path: Path, make_graph: MakeGraph, runtime: Runtime) -> None:
    opening = runtime.load(write(tmp_path / "model.onnx", transposed_double(make_graph)), level="basic").opening
    assert (opening.level, opening.lowered) == ("basic", False)


@pytest.mark.parametrize(("first", "attempts"), [("all", 4), ("basic", 2), ("none", 1)])
def test_graph_without_implementation_is_refused_after_all_attempts(
    tmp_path: Path, make_graph: MakeGraph, runtime: Runtime, first: Level, attempts: int
) -> None:
    node = helper.make_node("FusedMatMul", ["wide", "wide"], ["product"], domain="com.microsoft")
    nodes = [
        helper.make_node("Cast", ["input"], ["wide"], to=TensorProto.DOUBLE),
        node,
        helper.make_node("Cast", ["product"], ["output"], to=TensorProto.FLOAT),
    ]
    model = make_graph({"input": SQUARE}, {"output": SQUARE}, nodes)
    model.opset_import.append(helper.make_opsetid("com.microsoft", 1))
    path = write(tmp_path / "model.onnx", model)
    with pytest.raises(GraphRefused, match="FusedMatMul") as caught:
        runtime.load(path, level=first)
    assert (caught.value.attempts, "ONNXRuntimeError" in caught.value.what) == (attempts, False)
