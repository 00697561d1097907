"""All released graphs open with default options in two runtimes, Python's and the browser's, and agree."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime
import pytest
from onnx import TensorProto, helper

from dtmodels.build.runtimes import PINNED
from dtmodels.graph.inspect import inspect
from dtmodels.graph.operators import COREML, KERNELS, WEBGPU
from tests.support.browser_runtime import Run, run_in_browser_runtime
from tests.support.released_graphs import agreement, build_released_graphs, released_entries

MIN_AGREEMENT = 90.0
"""PSNR in dB of the two runtimes. Their functions differ by rounding, and an entry of a table beside it costs some."""


@pytest.mark.slow
def test_released_graphs_agree_in_python_and_in_the_browser(tmp_path: Path) -> None:
    assert onnxruntime.__version__ == PINNED
    graphs = list(build_released_graphs(tmp_path / "built"))
    runs = [Run(graph=graph.file, inputs=graph.inputs, output="output") for graph in graphs]
    browser = run_in_browser_runtime(runs, tmp_path / "values")
    results = {}
    for graph, run, output in zip(graphs, runs, browser, strict=True):
        facts = inspect(graph.file)
        assert facts.float64 == ()
        assert not any(provider.lacks(facts.operators) for provider in (KERNELS, COREML, WEBGPU)), graph.entry.card.id
        (native,) = onnxruntime.InferenceSession(graph.file).run(["output"], dict(run.inputs))
        results[graph.entry.card.id] = output if isinstance(output, str) else agreement(native, output)
    assert len(results) == len(released_entries()) > 0
    wrong = {name: one for name, one in results.items() if isinstance(one, str) or one < MIN_AGREEMENT}
    assert wrong == {}


def test_browser_runtime_runs_a_graph_and_names_a_failure(tmp_path: Path) -> None:
    values = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 3, "height", 5]) for name in ("image", "output")
    ]
    runs = []
    for operator in ("Neg", "Unknown"):
        graph = helper.make_graph([helper.make_node(operator, ["image"], ["output"])], "toy", values[:1], values[1:])
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
        (tmp_path / operator).write_bytes(model.SerializeToString())
        image = np.arange(60, dtype=np.float32).reshape(1, 3, 4, 5)
        runs.append(Run(graph=tmp_path / operator, inputs={"image": image}, output="output"))
    output, failure = run_in_browser_runtime(runs, tmp_path / "values")
    assert not isinstance(output, str)
    assert np.array_equal(output, -image)
    assert "Unknown" in failure
