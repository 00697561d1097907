"""Tests of the limits of time and memory: a graph without bounds ends in one failure, and the next one runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from dtmodels.graph import limits
from dtmodels.graph.failures import LimitReached
from dtmodels.graph.runtime import Runtime

MakeGraph = Callable[..., onnx.ModelProto]
ROW = (1, 4)
GIB = 1 << 30


@pytest.fixture
def limited() -> Iterator[Runtime]:
    """A runtime of its own, with 1 GiB of memory."""
    with Runtime(memory=GIB) as runtime:
        yield runtime


@pytest.fixture
def write(tmp_path: Path, make_graph: MakeGraph) -> Callable[..., Path]:
    """Write a graph from nodes that turn `input` into `output`."""

    def write(*nodes: onnx.NodeProto, **constants: np.ndarray) -> Path:
        path = tmp_path / "model.onnx"
        path.write_bytes(make_graph({"input": ROW}, {"output": ROW}, nodes, constants=constants).SerializeToString())
        return path

    return write


def endless_loop() -> onnx.NodeProto:
    tensors = {"i": (TensorProto.INT64, ()), "on": (TensorProto.BOOL, ()), "row": (TensorProto.FLOAT, ROW)}
    results = {"still": (TensorProto.BOOL, ()), "same": (TensorProto.FLOAT, ROW)}
    values = [
        [helper.make_tensor_value_info(name, kind, shape) for name, (kind, shape) in side.items()]
        for side in (tensors, results)
    ]
    copies = [helper.make_node("Identity", ["on"], ["still"]), helper.make_node("Identity", ["row"], ["same"])]
    return helper.make_node("Loop", ["", "go", "input"], ["output"], body=helper.make_graph(copies, "body", *values))


def test_endless_loop_ends_at_the_time_limit(write: Callable[..., Path], limited: Runtime) -> None:
    session = limited.load(write(endless_loop(), go=np.array(True)))
    limited.call_seconds = 0.3
    with pytest.raises(LimitReached, match="took longer than 0 s"):
        session.call(np.zeros(ROW, np.float32))
    limited.call_seconds = 60
    limited.load(write(helper.make_node("Identity", ["input"], ["output"]))).call(np.zeros(ROW, np.float32))


def large_constant() -> list[onnx.NodeProto]:
    return [
        helper.make_node("ConstantOfShape", ["shape"], ["large"]),
        helper.make_node("ReduceMax", ["large"], ["top"], keepdims=0),
        helper.make_node("Add", ["input", "top"], ["output"]),
    ]


@pytest.mark.parametrize("gibibytes", [2, 8, 1 << 20])
def test_constant_above_the_memory_limit_ends_in_one_failure(
    write: Callable[..., Path], limited: Runtime, gibibytes: int
) -> None:
    path = write(*large_constant(), shape=np.array([gibibytes * GIB // 4]))
    with pytest.raises(LimitReached, match="needs more than 1 GiB of memory"):
        limited.load(path).call(np.zeros(ROW, np.float32))


def test_constant_below_the_memory_limit_runs(write: Callable[..., Path], limited: Runtime) -> None:
    session = limited.load(write(*large_constant(), shape=np.array([GIB // 64])))
    assert np.array_equal(session.call(np.ones(ROW, np.float32)).outputs["output"], np.ones(ROW))


def test_output_above_its_limit_is_not_received(
    write: Callable[..., Path], limited: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = limited.load(write(helper.make_node("Identity", ["input"], ["output"])))
    monkeypatch.setattr(limits, "MAX_OUTPUT", 15)
    with pytest.raises(LimitReached, match="returns 0 MiB"):
        session.call(np.zeros(ROW, np.float32))


def test_time_grows_with_weights_and_pixels() -> None:
    tile = np.zeros((1, 3, 512, 512), np.float32)
    assert limits.call_seconds(1000, [tile]) == pytest.approx(60, abs=0.1)
    assert limits.call_seconds(16_000_000, [tile]) == pytest.approx(60 + 524, abs=1)
    assert limits.call_seconds(1_600_000_000, [tile]) == limits.opening_seconds(10**12) == 900
    assert limits.call_seconds(1000, []) == pytest.approx(60, abs=0.1)
