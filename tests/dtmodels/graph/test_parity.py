"""What a finished graph computes is held against what its source computes."""

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

Wrong = Callable[[float], tuple[Path, Path]]


@pytest.fixture
def off_by(tmp_path: Path, make_denoiser: Callable[..., onnx.ModelProto]) -> Wrong:
    """A graph that adds a number to its input, beside notes of a source that does not."""

    def make(offset: float) -> tuple[Path, Path]:
        raw, finished = tmp_path / "raw.onnx", tmp_path / "model.onnx"
        finished.write_bytes(make_denoiser(16, offset=offset).SerializeToString())
        image = np.linspace(0, 2, 3 * 16 * 16, dtype=np.float32).reshape(1, 3, 16, 16)
        save_reference_output(raw, {"input": image}, {"output": image})
        return raw, finished

    return make


def test_equal_outputs_get_the_best_mark(off_by: Wrong, runtime: Runtime) -> None:
    assert parity_psnr(*off_by(0.0), runtime) == MAX_PSNR


def test_decibels_count_from_the_largest_output(off_by: Wrong, runtime: Runtime) -> None:
    assert parity_psnr(*off_by(0.002), runtime) == pytest.approx(60, abs=0.05)


@pytest.mark.parametrize(
    ("offset", "storage", "fine"), [(1e-3, "half", True), (1e-3, "full", False), (1e-2, "half", False)]
)
def test_what_is_too_far_off_is_refused(
    off_by: Wrong, runtime: Runtime, offset: float, storage: str, *, fine: bool
) -> None:
    raw, finished = off_by(offset)
    if fine:
        assert check_parity(raw, finished, runtime, storage) > 60
        return
    with pytest.raises(Failure, match="computes something else than the network it was made from") as refused:
        check_parity(raw, finished, runtime, storage)
    assert ("storage of the card to full" in refused.value.fix) is (storage == "half")


@pytest.mark.parametrize("offset", [np.nan, np.inf])
def test_numbers_that_are_none_are_refused(off_by: Wrong, runtime: Runtime, offset: float) -> None:
    with pytest.raises(Failure, match="output 'output' holds NaN or infinite numbers"):
        parity_psnr(*off_by(offset), runtime)


def test_a_family_that_wrote_no_notes_is_told_how(off_by: Wrong, runtime: Runtime) -> None:
    raw, finished = off_by(0.0)
    raw.with_suffix(".npz").unlink()
    with pytest.raises(Failure, match="wrote no notes") as refused:
        parity_psnr(raw, finished, runtime)
    assert "_export.export" in refused.value.fix


def sized(tmp_path: Path, side: int, node: onnx.NodeProto, *constants: onnx.TensorProto) -> tuple[Path, Path]:
    """A graph of one node for images of 32 x 32, beside notes of a source that returns images as they are."""
    raw, finished = tmp_path / "raw.onnx", tmp_path / "model.onnx"
    tensors = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 3, 32, 32]) for name in ("input", "output")]
    graph = helper.make_graph([node], "toy", tensors[:1], tensors[1:], list(constants))
    opset = [helper.make_opsetid("", 18)]
    finished.write_bytes(helper.make_model(graph, opset_imports=opset, ir_version=10).SerializeToString())
    image = np.linspace(0, 1, 3 * side * side, dtype=np.float32).reshape(1, 3, side, side)
    save_reference_output(raw, {"input": image}, {"output": image})
    return raw, finished


@pytest.mark.parametrize("side", [8, 32, 40])
@pytest.mark.parametrize(("shift", "ratio"), [(0.0, MAX_PSNR), (0.01, 40.0)])
def test_a_graph_that_works_at_any_size_is_held_at_the_size_of_the_notes(
    tmp_path: Path, runtime: Runtime, side: int, shift: float, ratio: float
) -> None:
    node = helper.make_node("Add", ["input", "shift"], ["output"])
    raw, finished = sized(tmp_path, side, node, numpy_helper.from_array(np.float32([shift]), "shift"))
    published = finished.read_bytes()
    assert parity_psnr(raw, finished, runtime) == pytest.approx(ratio, abs=0.05)
    assert finished.read_bytes() == published


def test_a_graph_that_holds_a_size_of_its_own_does_not_pass_at_another(tmp_path: Path, runtime: Runtime) -> None:
    shape = numpy_helper.from_array(np.array([1, 3, 32, 32]), "shape")
    node = helper.make_node("Reshape", ["input", "shape"], ["output"])
    assert parity_psnr(*sized(tmp_path, 32, node, shape), runtime) == MAX_PSNR
    with pytest.raises(GraphFailure, match="cannot be reshaped"):
        parity_psnr(*sized(tmp_path, 8, node, shape), runtime)
