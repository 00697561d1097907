"""validate: element types and operators that an execution provider of ONNX Runtime lacks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from dtmodels.card.catalogue import Catalogue, CatalogueEntry
from dtmodels.findings.check_report import CheckProblem
from dtmodels.graph.runtime import Runtime
from dtmodels.stages.validate import validate, validate_package

Directory = Callable[..., Path]
TILE = (1, 3, 256, 256)
IN_FLOAT64 = (
    helper.make_node("Cast", ["input"], ["wide"], to=TensorProto.DOUBLE),
    helper.make_node("Mul", ["wide", "half"], ["product"]),
    helper.make_node("Cast", ["product"], ["output"], to=TensorProto.FLOAT),
)


@pytest.fixture
def denoiser(directory: Directory, make_graph: Callable[..., onnx.ModelProto]) -> Callable[..., Path]:
    """Write a model from nodes that turn `input` into `output`."""

    def write(nodes: Sequence[onnx.NodeProto], **constants: np.ndarray) -> Path:
        return directory("denoise", {"model.onnx": make_graph({"input": TILE}, {"output": TILE}, nodes, **constants)})

    return write


@pytest.fixture
def entry(add_model: Callable[..., Path], tmp_path: Path) -> CatalogueEntry:
    """The one model of a small repository."""
    add_model("toy")
    return Catalogue.load(tmp_path).get("toy")


def of_providers(problems: Sequence[CheckProblem]) -> list[CheckProblem]:
    return [problem for problem in problems if problem.code in {"graph.float64", "graph.provider"}]


def test_float64_is_a_warning_that_names_tensors_and_effects(denoiser: Callable[..., Path], runtime: Runtime) -> None:
    report = validate_package(denoiser(IN_FLOAT64, constants={"half": np.float64([0.5])}), runtime)
    (problem,) = of_providers(report.problems)
    assert (problem.severity, problem.code, problem.where) == ("warning", "graph.float64", "model.onnx")
    assert "from half, wide on" in problem.what
    assert "WebGPU: the browser refuses the whole graph" in problem.what
    assert "CoreML: the CPU computes" in problem.what


@pytest.mark.parametrize(("status", "severity"), [("released", "error"), ("draft", "warning")])
def test_float64_is_an_error_in_a_released_model_only(
    status: str, severity: str, entry: CatalogueEntry, denoiser: Callable[..., Path], runtime: Runtime
) -> None:
    entry = CatalogueEntry(replace(entry.card, status=status), entry.directory)
    model = denoiser(IN_FLOAT64, constants={"half": np.float64([0.5])})
    (problem,) = of_providers(validate(entry, model, runtime=runtime).problems)
    assert (problem.severity, problem.code) == (severity, "graph.float64")


@pytest.mark.parametrize(
    ("operator", "provider", "effect"),
    [("Mish", "CPU, CUDA and DirectML", "use Softplus, Tanh and Mul"), ("Softsign", "CoreML", "slower there")],
)
def test_missing_operator_is_a_warning_with_its_replacement(
    operator: str, provider: str, effect: str, denoiser: Callable[..., Path], runtime: Runtime
) -> None:
    report = validate_package(denoiser([helper.make_node(operator, ["input"], ["output"])]), runtime)
    (problem,) = of_providers(report.problems)
    assert (problem.severity, problem.code) == ("warning", "graph.provider")
    assert f"uses {operator}, which {provider} lacks" in problem.what
    assert effect in problem.fix


def test_operator_with_a_reviewed_reason_is_accepted(denoiser: Callable[..., Path], runtime: Runtime) -> None:
    report = validate_package(denoiser([helper.make_node("Abs", ["input"], ["output"])]), runtime)
    assert of_providers(report.problems) == []
