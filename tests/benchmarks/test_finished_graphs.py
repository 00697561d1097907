"""The benchmark of finished graphs reports what differs from stored outputs, and makes the same mutations again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from benchmarks._graph_mutations import mutated_graph
from benchmarks.finished_graphs import main

GRAPH = '<ir_version: 3, opset_import: ["" : 6]> g (float[n,4] x) => (float[n,4] y) { y = Relu (x) }'


@pytest.fixture
def stored(tmp_path: Path) -> Callable[[float], Path]:
    """A directory with one graph and its stored input and output, to which a number is added."""

    def write(added: float) -> Path:
        data = tmp_path / "relu" / "test_data_set_0"
        data.mkdir(parents=True)
        onnx.save(onnx.parser.parse_model(GRAPH), data.parent / "model.onnx")
        values = np.array([[1, -2, 3, -4]], np.float32)
        for name, array in {"input_0": values, "output_0": np.maximum(values, 0) + added}.items():
            (data / f"{name}.pb").write_bytes(numpy_helper.from_array(array.astype(np.float32)).SerializeToString())
        return tmp_path

    return write


def test_graphs_equal_to_their_stored_outputs_pass(
    stored: Callable[[float], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["6", str(stored(0))]) == 0
    printed = capsys.readouterr().out
    assert "real: converted, equal to the stored outputs" in printed
    assert "mutated: refused" in printed


def test_graph_that_differs_is_reported(stored: Callable[[float], Path], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["0", str(stored(1))]) == 1
    assert "model.onnx: DIFFERS by 1.0" in capsys.readouterr().out


def test_mutations_come_again() -> None:
    files = [onnx.parser.parse_model(GRAPH).SerializeToString()]
    mutations = [mutated_graph(number, files) for number in range(40)]
    assert mutations == [mutated_graph(number, files) for number in range(40)]
    assert len(set(mutations)) > 30
