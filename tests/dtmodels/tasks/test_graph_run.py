"""Tests of how graphs run: levels of optimisation, random outputs, limits, and who runs a task."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from dtmodels.findings.check_report import CheckProblem, CheckReport
from dtmodels.graph.runtime import Runtime
from dtmodels.package.config_reader import PackageConfig
from dtmodels.stages.validate import validate_package
from dtmodels.tasks._levels import declared_levels

Directory = Callable[..., Path]
MakeGraph = Callable[..., onnx.ModelProto]
Validate = Callable[..., CheckReport]
TILE, IMAGE = (1, 3, 256, 256), (1, 3, "height", "width")


@pytest.fixture
def validated(directory: Directory, make_graph: MakeGraph, runtime: Runtime) -> Validate:
    """Validate a denoiser from nodes that turn `input` into `output`."""

    def validated(nodes: Sequence[onnx.NodeProto], **changed: Any) -> CheckReport:
        constants = changed.pop("constants", {})
        model = make_graph({"input": TILE}, {"output": TILE}, nodes, constants=constants)
        return validate_package(directory("denoise", {"model.onnx": model}, **changed), runtime)

    return validated


def transposed_double() -> dict[str, Any]:
    """Nodes that open only below the highest level: optimisation fuses them without a kernel for doubles."""
    nodes = [
        helper.make_node("Cast", ["input"], ["wide"], to=TensorProto.DOUBLE),
        helper.make_node("Transpose", ["wide"], ["turned"], perm=[0, 1, 3, 2]),
        helper.make_node("MatMul", ["turned", "weight"], ["product"]),
        helper.make_node("Transpose", ["product"], ["back"], perm=[0, 1, 3, 2]),
        helper.make_node("Cast", ["back"], ["output"], to=TensorProto.FLOAT),
    ]
    return {"nodes": nodes, "constants": {"weight": np.eye(256)}}


def while_running(report: CheckReport) -> list[CheckProblem]:
    return [problem for problem in report.problems if problem.code.startswith("run.")]


def test_report_names_level_and_runtime(validated: Validate) -> None:
    report = validated([helper.make_node("Identity", ["input"], ["output"])])
    assert report.facts.levels == {"model.onnx": "all"}
    assert f"level 'all' of ONNX Runtime {report.facts.runtime}" in report.text()
    assert report.facts.runtime[0].isdigit()


def test_lower_level_is_a_warning_with_the_log_line(validated: Validate) -> None:
    report = validated(**transposed_double())
    (problem,) = while_running(report)
    assert (problem.severity, problem.code, report.facts.levels) == ("warning", "run.level", {"model.onnx": "basic"})
    assert "[darktable_ai] session failed: Failed to find kernel" in problem.what
    assert "float32" in problem.fix


def test_declared_level_is_run_too(validated: Validate) -> None:
    (problem,) = while_running(validated(**transposed_double(), ort_optimization="BASIC"))
    assert (problem.code, problem.where) == ("run.level", "model.onnx")


def test_problem_of_the_declared_level_names_darktable_5_7(validated: Validate) -> None:
    nodes = [
        helper.make_node("Cast", ["input"], ["narrow"], to=TensorProto.BFLOAT16),
        helper.make_node("Dropout", ["narrow"], ["same"]),  # has no kernel, but optimisation removes it
        helper.make_node("Cast", ["same"], ["output"], to=TensorProto.FLOAT),
    ]
    assert validated(nodes).problems == ()
    (problem,) = while_running(validated(nodes, ort_optimization="none"))
    assert problem.where == "model.onnx, as ort_optimization opens it in darktable 5.7"
    assert "refuses it after one attempt" in problem.what


@pytest.mark.parametrize(
    ("values", "level"),
    [
        ({"ort_optimization": "basic"}, "basic"),
        ({"ort_optimization": "Disabled"}, "none"),
        ({"ort_optimization": {"model": "none"}}, "none"),
        ({"ort_optimization": {"other": "none"}}, None),
        ({"ort_optimization": "dissabled"}, None),
        ({"ort_optimization": 1}, None),
        ({"ort_optimization": "all", "ort_optimization_provider": {"CPU": "basic"}}, "basic"),
        ({"ort_optimization": "all", "ort_optimization_provider": {"cpu": {"model": "basic"}}}, "basic"),
        ({"ort_optimization": "basic", "ort_optimization_provider": {"cpu": "typo"}}, "basic"),
        ({"ort_optimization_provider": {"cuda": "basic"}}, None),
        ({"ort_optimization_provider": ["cpu"]}, None),
        ({}, None),
    ],
    ids=str,
)
def test_levels_are_read_as_darktable_5_7_reads_them(values: dict[str, Any], level: str | None) -> None:
    assert declared_levels(PackageConfig(values=values), ["model.onnx"]).get("model.onnx") == level


def noise(*nodes: onnx.NodeProto) -> list[onnx.NodeProto]:
    return [*nodes, helper.make_node("Add", ["input", "noise"], ["output"])]


@pytest.mark.parametrize(
    "nodes",
    [
        noise(helper.make_node("RandomNormalLike", ["input"], ["noise"], scale=0.01)),
        noise(helper.make_node("RandomNormalLike", ["input"], ["noise"], scale=0.01, seed=1.0)),
        noise(helper.make_node("RandomUniform", [], ["noise"], shape=[1])),
        noise(helper.make_node("Bernoulli", ["input"], ["noise"])),
        [helper.make_node("Dropout", ["input", "ratio", "training"], ["output"])],
    ],
    ids=["normal", "seeded", "uniform", "bernoulli", "dropout"],
)
def test_random_output_is_an_error(validated: Validate, nodes: list[onnx.NodeProto]) -> None:
    constants = {"ratio": np.float32(0.5), "training": np.array(True)}
    (problem,) = validated(nodes, constants=constants).errors
    assert (problem.code, bool(problem.reason)) == ("run.differs", True)
    assert "differs from run to run" in problem.what


def test_dropout_in_evaluation_mode_is_accepted(validated: Validate) -> None:
    assert validated([helper.make_node("Dropout", ["input"], ["output"])]).problems == ()


def test_random_depth_is_an_error(directory: Directory, make_graph: MakeGraph, runtime: Runtime) -> None:
    nodes = [
        helper.make_node("RandomUniformLike", ["image"], ["noise"]),
        helper.make_node("ReduceSum", ["noise", "axis"], ["output"], keepdims=0),
    ]
    shapes = {"image": (1, 3, 56, 56)}, {"output": (1, 56, 56)}
    model = make_graph(*shapes, nodes, constants={"axis": np.array([1])})
    report = validate_package(directory("depth", {"model.onnx": model}, attributes={}), runtime)
    assert [problem.code for problem in report.errors] == ["run.differs"]


def test_shape_that_differs_from_run_to_run_is_an_error(
    directory: Directory, make_graph: MakeGraph, runtime: Runtime
) -> None:
    nodes = [
        helper.make_node("Bernoulli", ["image"], ["noise"]),
        helper.make_node("NonZero", ["noise"], ["found"]),
        helper.make_node("Cast", ["found"], ["output"], to=TensorProto.FLOAT),
    ]
    model = make_graph({"image": (1, 3, 56, 56)}, {"output": (4, "n")}, nodes)
    report = validate_package(directory("depth", {"model.onnx": model}, attributes={}), runtime)
    assert "its shape changes" in report.text()


@pytest.mark.parametrize(("task", "result"), [("denoise", "darktable runs it"), ("depth", "a Lua script can run it")])
def test_result_names_what_runs_the_task(
    directory: Directory, make_graph: MakeGraph, runtime: Runtime, task: str, result: str
) -> None:
    shapes = ({"input": TILE}, {"output": TILE}) if task == "denoise" else ({"image": IMAGE}, {"output": IMAGE})
    report = validate_package(directory(task, {"model.onnx": make_graph(*shapes)}), runtime)
    assert report.ok
    assert report.text().splitlines()[-1].startswith(f"toy: {result}")
    assert ("darktable runs it" in report.text()) == (task == "denoise")


def test_graph_without_bounds_is_one_error(validated: Validate) -> None:
    nodes = [
        helper.make_node("ConstantOfShape", ["shape"], ["large"]),
        helper.make_node("ReduceMax", ["large"], ["top"], keepdims=0),
        helper.make_node("Add", ["input", "top"], ["output"]),
    ]
    (problem,) = while_running(validated(nodes, constants={"shape": np.array([1 << 31])}))
    assert (problem.severity, problem.code) == ("error", "run.limit")
    assert "needs more than 7 GiB of memory" in problem.what


@pytest.mark.parametrize(("task", "code"), [("denoise", "tile.size"), ("depth", "lua.input-size")])
def test_input_that_no_memory_holds_is_an_error(
    directory: Directory, make_graph: MakeGraph, runtime: Runtime, task: str, code: str
) -> None:
    shape = (1, 3, 100_000, 100_000)
    model = make_graph({"input": shape}, {"output": shape})
    attributes = {"input_sizes": [100_000]} if task == "denoise" else {}
    report = validate_package(directory(task, {"model.onnx": model}, attributes=attributes), runtime)
    assert code in [problem.code for problem in report.errors]
