"""Tests of the parity check of a finished graph against its source network."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from dtbase.system.errors import Failure
from dtmodels.graph.parity import MAX_PSNR, check_parity, parity_psnr, save_reference_output
from dtmodels.graph.runtime import GraphFailure, Runtime

MakeFiles = Callable[[float], tuple[Path, Path]]


@pytest.fixture
def off_by(tmp_path: Path, make_denoiser: Callable[..., onnx.ModelProto]) -> MakeFiles:
    """Make a graph that adds a constant to its input, and the saved outputs of a source that returns its input."""

    def make(offset: float) -> tuple[Path, Path]:
        raw, finished = tmp_path / "raw.onnx", tmp_path / "model.onnx"
        finished.write_bytes(make_denoiser(16, offset=offset).SerializeToString())
        image = np.linspace(0, 2, 3 * 16 * 16, dtype=np.float32).reshape(1, 3, 16, 16)
        save_reference_output(raw, {"input": image}, {"output": image})
        return raw, finished

    return make


def test_equal_outputs_give_the_maximum_psnr(off_by: MakeFiles, runtime: Runtime) -> None:
    assert parity_psnr(*off_by(0.0), runtime) == MAX_PSNR


def test_psnr_peak_is_the_largest_output(off_by: MakeFiles, runtime: Runtime) -> None:
    assert parity_psnr(*off_by(0.002), runtime) == pytest.approx(60, abs=0.05)


@pytest.mark.parametrize(
    ("offset", "storage", "accepted"), [(1e-3, "half", True), (1e-3, "full", False), (1e-2, "half", False)]
)
def test_low_psnr_is_rejected(
    off_by: MakeFiles, runtime: Runtime, offset: float, storage: str, *, accepted: bool
) -> None:
    raw, finished = off_by(offset)
    if accepted:
        assert check_parity(raw, finished, runtime, storage) > 60
        return
    with pytest.raises(Failure, match="differs from its source network: PSNR") as failure:
        check_parity(raw, finished, runtime, storage)
    assert ("storage of the card to full" in failure.value.fix) is (storage == "half")


@pytest.mark.parametrize("offset", [np.nan, np.inf])
def test_output_that_is_not_finite_is_rejected(off_by: MakeFiles, runtime: Runtime, offset: float) -> None:
    with pytest.raises(Failure, match="output 'output' has NaN or infinite values"):
        parity_psnr(*off_by(offset), runtime)


def test_missing_reference_output_is_reported_with_a_fix(off_by: MakeFiles, runtime: Runtime) -> None:
    raw, finished = off_by(0.0)
    raw.with_suffix(".npz").unlink()
    with pytest.raises(Failure, match="there is no reference output") as failure:
        parity_psnr(raw, finished, runtime)
    assert "_export.export" in failure.value.fix


def one_node_graph(tmp_path: Path, side: int, node: onnx.NodeProto, *constants: onnx.TensorProto) -> tuple[Path, Path]:
    """Write a graph of one node for 32 x 32 images, and the saved outputs of a source that returns its input."""
    raw, finished = tmp_path / "raw.onnx", tmp_path / "model.onnx"
    tensors = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 3, 32, 32]) for name in ("input", "output")]
    graph = helper.make_graph([node], "toy", tensors[:1], tensors[1:], list(constants))
    opset = [helper.make_opsetid("", 18)]
    finished.write_bytes(helper.make_model(graph, opset_imports=opset, ir_version=10).SerializeToString())
    image = np.linspace(0, 1, 3 * side * side, dtype=np.float32).reshape(1, 3, side, side)
    save_reference_output(raw, {"input": image}, {"output": image})
    return raw, finished


@pytest.mark.parametrize("side", [8, 32, 40])
@pytest.mark.parametrize(("shift", "decibels"), [(0.0, MAX_PSNR), (0.01, 40.0)])
def test_graph_is_checked_at_the_size_of_the_reference_output(
    tmp_path: Path, runtime: Runtime, side: int, shift: float, decibels: float
) -> None:
    node = helper.make_node("Add", ["input", "shift"], ["output"])
    raw, finished = one_node_graph(tmp_path, side, node, numpy_helper.from_array(np.float32([shift]), "shift"))
    published = finished.read_bytes()
    assert parity_psnr(raw, finished, runtime) == pytest.approx(decibels, abs=0.05)
    assert finished.read_bytes() == published


def test_graph_with_a_constant_size_fails_at_another_size(tmp_path: Path, runtime: Runtime) -> None:
    shape = numpy_helper.from_array(np.array([1, 3, 32, 32]), "shape")
    node = helper.make_node("Reshape", ["input", "shape"], ["output"])
    assert parity_psnr(*one_node_graph(tmp_path, 32, node, shape), runtime) == MAX_PSNR
    with pytest.raises(GraphFailure, match="cannot be reshaped"):
        parity_psnr(*one_node_graph(tmp_path, 8, node, shape), runtime)
