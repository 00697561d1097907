"""Tests of the worker process that runs graphs, and of `inspect`."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest

from dtmodels.graph.failures import GraphFailure, LimitReached
from dtmodels.graph.inspect import inspect
from dtmodels.graph.runtime import Runtime

MakeGraph = Callable[..., onnx.ModelProto]


@pytest.fixture
def copy(tmp_path: Path, make_graph: MakeGraph) -> Path:
    """A file with a graph that copies one row of symbolic length."""
    path = tmp_path / "copy.onnx"
    path.write_bytes(make_graph({"row": (1, "n")}, {"same": (1, "n")}).SerializeToString())
    return path


def test_arrays_are_passed_unchanged(copy: Path, runtime: Runtime) -> None:
    session = runtime.load(copy)
    for row in (np.float32([[1, np.inf, -0.0]]), np.zeros((1, 0), np.float32), np.ones((1, 8), np.float32)[:, ::2]):
        assert np.array_equal(session.call(row).outputs["same"], row)


def test_session_reports_input_and_output_types(copy: Path, runtime: Runtime) -> None:
    session = runtime.load(copy, level="basic", free={"n": 4})
    assert [(tensor.name, tensor.dtype) for tensor in session.outputs] == [("same", "float32")]


@pytest.mark.parametrize("values", [(), (np.zeros((2, 2), np.float32),), (np.zeros((1, 2), np.float64),)])
def test_failed_call_leaves_the_session_usable(copy: Path, runtime: Runtime, values: tuple[np.ndarray, ...]) -> None:
    session = runtime.load(copy)
    with pytest.raises(GraphFailure, match=r"copy\.onnx"):
        session.call(*values)
    assert session.call(np.zeros((1, 2), np.float32)).seconds >= 0


def test_crash_is_reported_and_the_next_load_works(copy: Path) -> None:
    with Runtime() as runtime:
        session = runtime.load(copy)
        assert runtime._process is not None
        os.kill(runtime._process.pid, signal.SIGSEGV)
        with pytest.raises(GraphFailure, match="SIGSEGV"):
            session.call(np.zeros((1, 2), np.float32))
        runtime.load(copy).call(np.zeros((1, 2), np.float32))
        with pytest.raises(GraphFailure, match="earlier crash"):
            session.call(np.zeros((1, 2), np.float32))


def test_call_above_the_time_limit_fails(copy: Path) -> None:
    with Runtime() as runtime:
        session = runtime.load(copy)
        assert runtime._process is not None
        os.kill(runtime._process.pid, signal.SIGSTOP)
        runtime.call_seconds = 0.2
        with pytest.raises(LimitReached, match="took longer than 0 s"):
            session.call(np.zeros((1, 2), np.float32))


def test_worker_process_ends_with_the_runtime(copy: Path) -> None:
    with Runtime() as runtime:
        runtime.load(copy)
        process = runtime._process
    assert process is not None
    assert process.poll() is not None


def test_closed_session_cannot_be_called(copy: Path, runtime: Runtime) -> None:
    session = runtime.load(copy)
    session.close()
    with pytest.raises(GraphFailure):
        session.call(np.zeros((1, 2), np.float32))


def test_inspect_omits_inputs_with_an_initializer(tmp_path: Path, make_graph: MakeGraph) -> None:
    model = make_graph({"row": (1, "n"), "weight": (1,)}, {"same": (1, "n")}, constants={"weight": np.float32([1])})
    model.opset_import.append(onnx.helper.make_opsetid("com.example", 1))
    path = tmp_path / "model.onnx"
    path.write_bytes(model.SerializeToString())
    graph = inspect(path)
    assert [tensor.name for tensor in graph.inputs] == ["row"]
    assert graph.inputs[0].shape == (1, "n")
    assert graph.domains == ("com.example",)
