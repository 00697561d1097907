"""Tests of denoise, upscale and rawdenoise: tile sizes, shapes, attributes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from onnx import helper

from dtmodels.findings.check_report import CheckProblem, CheckReport
from dtmodels.graph.runtime import Result, Runtime, Session
from dtmodels.stages.validate import validate_package

Directory = Callable[..., Path]
MakeGraph = Callable[..., onnx.ModelProto]


def errors(report: CheckReport) -> list[str]:
    return [problem.code for problem in report.errors]


def resize(make_graph: MakeGraph, side: int, scale: int, channels: int = 3) -> onnx.ModelProto:
    """Graph that upscales the first three channels."""
    inputs, outputs = {"input": (1, channels, side, side)}, {"output": (1, 3, scale * side, scale * side)}
    nodes = [
        helper.make_node("Slice", ["input", "start", "end", "axis"], ["rgb"]),
        helper.make_node("Resize", ["rgb", "", "scales"], ["output"], mode="nearest"),
    ]
    constants = {
        "start": np.array([0]),
        "end": np.array([3]),
        "axis": np.array([1]),
        "scales": np.float32([1, 1, scale, scale]),
    }
    return make_graph(inputs, outputs, nodes, constants=constants)


def identity(make_graph: MakeGraph, side: int) -> onnx.ModelProto:
    return make_graph({"input": (1, 3, side, side)}, {"output": (1, 3, side, side)})


@pytest.mark.parametrize(
    ("side", "message"),
    [(100, "every run fails"), (128, "divides by zero and crashes"), (130, "advance by only 2"), (255, "advance by")],
)
def test_tile_of_mostly_overlap_is_an_error(
    directory: Directory, make_graph: MakeGraph, side: int, message: str
) -> None:
    model = directory("denoise", {"model.onnx": identity(make_graph, side)}, attributes={"input_sizes": [side]})
    (problem,) = validate_package(model).errors
    assert problem.code == "tile.size"
    assert message in problem.what
    assert bool(problem.reason) == ("advance" in message)


@pytest.mark.parametrize("sizes", [..., 256, "256", [], None])
def test_unreadable_tile_size_is_an_error(directory: Directory, make_graph: MakeGraph, sizes: Any) -> None:
    attributes = {} if sizes is ... else {"input_sizes": sizes}
    model = directory("denoise", {"model.onnx": identity(make_graph, 256)}, attributes=attributes)
    assert errors(validate_package(model)) == ["tile.no-size"]


def test_tile_size_as_string_counts_as_zero(directory: Directory, make_graph: MakeGraph) -> None:
    model = directory("denoise", {"model.onnx": identity(make_graph, 256)}, attributes={"input_sizes": ["256"]})
    assert errors(validate_package(model)) == ["tile.size"]


def test_graph_must_have_the_configured_tile_size(directory: Directory, make_graph: MakeGraph) -> None:
    model = directory("denoise", {"model.onnx": identity(make_graph, 256)}, attributes={"input_sizes": [512]})
    assert set(errors(validate_package(model))) == {"tile.input-shape", "tile.output-shape"}


@pytest.mark.parametrize(("count", "valid"), [(1, True), (2, True), (3, False)])
def test_denoise_may_have_a_noise_level_input_only(
    directory: Directory, make_graph: MakeGraph, runtime: Runtime, count: int, valid: bool
) -> None:
    inputs = {"input": (1, 3, 256, 256), "sigma": (1, 1, 256, 256), "more": (1, 1, 256, 256)}
    graph = make_graph(dict(list(inputs.items())[:count]), {"output": (1, 3, 256, 256)})
    assert validate_package(directory("denoise", {"model.onnx": graph}), runtime).ok is valid


def test_shadow_boost_as_string_is_an_error(directory: Directory, make_graph: MakeGraph) -> None:
    attributes = {"input_sizes": [256], "shadow_boost": "true"}
    model = directory("denoise", {"model.onnx": identity(make_graph, 256)}, attributes=attributes)
    assert errors(validate_package(model)) == ["attribute.boolean"]


def test_visible_seam_is_a_warning(directory: Directory, make_graph: MakeGraph, runtime: Runtime) -> None:
    ramp = np.tile(np.linspace(0, 0.5, 256, dtype=np.float32), (1, 3, 256, 1))
    node = helper.make_node("Add", ["input", "ramp"], ["output"])
    shape = (1, 3, 256, 256)
    model = directory(
        "denoise", {"model.onnx": make_graph({"input": shape}, {"output": shape}, [node], constants={"ramp": ramp})}
    )
    (problem,) = validate_package(model, runtime).problems
    assert (problem.severity, problem.code) == ("warning", "run.seam")


WIDE, STRIP, BLACK = (1, 3, 512, 512), (1, 3, 512, 256), (1, 3, 256, 256)
"""Shapes of a tile of denoise, of the strip of its neighbour, and of a black tile."""


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, ...]]:
    """Shapes of the images that graphs are run on."""
    shapes, run = list[tuple[int, ...]](), Session.run

    def recorded(session: Session, feeds: Mapping[str, NDArray[Any]]) -> Result:
        shapes.append(feeds["input"].shape)
        return run(session, feeds)

    monkeypatch.setattr(Session, "run", recorded)
    return shapes


@pytest.fixture
def denoiser(directory: Directory, make_graph: MakeGraph) -> Callable[..., Path]:
    """Write a model from nodes, with tiles eight overlaps wide."""

    def write(nodes: list[onnx.NodeProto], **constants: Any) -> Path:
        inputs = {"input": WIDE, "level": (1, 1, 512, 512)}
        graph = make_graph(inputs, {"output": WIDE}, nodes, constants=constants)
        return directory("denoise", {"model.onnx": graph}, attributes={"input_sizes": [512]})

    return write


def test_valid_graph_runs_on_one_full_tile(
    denoiser: Callable[..., Path], called: list[tuple[int, ...]], runtime: Runtime
) -> None:
    report = validate_package(denoiser([helper.make_node("Mul", ["input", "level"], ["output"])]), runtime)
    assert report.problems == ()
    assert called == [WIDE, STRIP, STRIP, BLACK]


@pytest.mark.parametrize("axis", [3, 2])
def test_network_that_depends_on_the_tile_edge_has_seams(
    denoiser: Callable[..., Path], called: list[tuple[int, ...]], runtime: Runtime, axis: int
) -> None:
    nodes = [helper.make_node("CumSum", ["input", "axis"], ["output"])]
    report = validate_package(denoiser(nodes, axis=np.array(axis)), runtime)
    # along columns, both tiles start at the same edge
    assert [problem.code for problem in report.problems] == ["run.scale", *(["run.seam"] if axis == 3 else [])]
    assert called == [WIDE, STRIP, STRIP, BLACK, *([WIDE, WIDE, WIDE] if axis == 3 else [])]


@pytest.mark.parametrize(("height", "seam"), [(0.0, False), (0.5, True)])
def test_graph_of_one_size_is_checked_at_that_size(
    denoiser: Callable[..., Path], called: list[tuple[int, ...]], runtime: Runtime, height: float, seam: bool
) -> None:
    ramp = np.tile(np.linspace(0, height, 512, dtype=np.float32), (1, 3, 512, 1))
    report = validate_package(denoiser([helper.make_node("Add", ["input", "ramp"], ["output"])], ramp=ramp), runtime)
    assert [problem.code for problem in report.problems] == ["run.seam"] * seam
    assert called[0] == WIDE and called[-2:] == [WIDE, WIDE]


def test_division_by_the_range_of_a_tile_is_an_error(denoiser: Callable[..., Path], runtime: Runtime) -> None:
    nodes = [
        helper.make_node("ReduceMax", ["input"], ["most"]),
        helper.make_node("ReduceMin", ["input"], ["least"]),
        helper.make_node("Sub", ["most", "least"], ["spread"]),
        helper.make_node("Div", ["input", "spread"], ["output"]),
    ]
    (problem,) = validate_package(denoiser(nodes), runtime).errors
    assert problem.code == "run.not-finite"
    assert "a black image" in problem.what


def test_output_in_other_units_is_a_warning(directory: Directory, make_graph: MakeGraph, runtime: Runtime) -> None:
    node = helper.make_node("Mul", ["input", "bytes"], ["output"])
    shape = (1, 3, 256, 256)
    graph = make_graph({"input": shape}, {"output": shape}, [node], constants={"bytes": np.float32([255])})
    (problem,) = validate_package(directory("denoise", {"model.onnx": graph}), runtime).problems
    assert (problem.severity, problem.code) == ("warning", "run.scale")


SIZES = {"model_x2": {"input_sizes": [128]}, "model_x4": {"input_sizes": [64]}}


def test_upscale_needs_both_factors(directory: Directory, make_graph: MakeGraph, runtime: Runtime) -> None:
    model = directory("upscale", {"model_x2.onnx": resize(make_graph, 128, 2)}, attributes=SIZES)
    assert errors(validate_package(model, runtime)) == ["files.missing"]
    model = directory("upscale", {"model_x4.onnx": resize(make_graph, 64, 4)}, attributes=SIZES)
    report = validate_package(model, runtime)
    assert report.ok
    assert set(report.facts.figures) == {"latency_ms model_x2", "latency_ms model_x4"}


def test_upscale_falls_back_to_the_general_tile_size(
    directory: Directory, make_graph: MakeGraph, runtime: Runtime
) -> None:
    graphs = {"model_x2.onnx": resize(make_graph, 64, 2), "model_x4.onnx": resize(make_graph, 64, 4)}
    assert validate_package(directory("upscale", graphs, attributes={"input_sizes": [64]}), runtime).ok


def test_upscale_must_return_its_factor(directory: Directory, make_graph: MakeGraph) -> None:
    graphs = {"model_x2.onnx": resize(make_graph, 128, 2), "model_x4.onnx": resize(make_graph, 64, 2)}
    (problem,) = validate_package(directory("upscale", graphs, attributes=SIZES)).errors
    assert (problem.code, problem.where) == ("tile.output-shape", "model_x4.onnx")


def raw(directory: Directory, make_graph: MakeGraph, **linear: Any) -> Path:
    graphs = {
        "model_bayer.onnx": resize(make_graph, 128, 2, channels=4),
        "model_linear.onnx": identity(make_graph, 128),
    }
    attributes = {
        "model_bayer": {"input_sizes": [128], "input_kind": "bayer_v1", "output_scale": "absolute"},
        "model_linear": {"input_sizes": [128], "input_kind": "linear_v1", "output_scale": "absolute", **linear},
    }
    return directory("rawdenoise", graphs, attributes=attributes)


@pytest.mark.parametrize("target", ["0.25", "none", "null"])
def test_valid_raw_package_passes(directory: Directory, make_graph: MakeGraph, runtime: Runtime, target: str) -> None:
    report = validate_package(raw(directory, make_graph, target_mean=target), runtime)
    # Small tiles overrun many sensors.
    assert [problem.code for problem in report.problems] == ["tile.overrun", "tile.overrun"]
    assert report.ok


@pytest.mark.parametrize(
    ("linear", "code"),
    [
        ({"target_mean": None}, "attribute.target-mean"),
        ({"target_mean": 0.25}, "attribute.target-mean"),
        ({"target_mean": ""}, "attribute.target-mean"),
        ({"input_kind": "bayer_v1"}, "attribute.input-kind"),
        ({"wb_norm": "auto"}, "attribute.choice"),
        ({"input_sizes": [64]}, "tile.size"),
    ],
)
def test_invalid_raw_attributes_are_errors(
    directory: Directory, make_graph: MakeGraph, linear: dict[str, Any], code: str
) -> None:
    assert errors(validate_package(raw(directory, make_graph, **linear))) == [code]


def test_match_gain_is_an_error_for_bayer_and_a_warning_for_linear(directory: Directory, make_graph: MakeGraph) -> None:
    model = raw(directory, make_graph)
    (model / "config.json").write_text((model / "config.json").read_text().replace('"absolute"', '"match_gain"'))
    problems: list[CheckProblem] = list(validate_package(model).problems)
    assert [(problem.severity, problem.code) for problem in problems if problem.code != "tile.overrun"] == [
        ("error", "attribute.output-scale"),
        ("warning", "attribute.output-scale"),
    ]


def test_raw_needs_both_sensor_graphs(directory: Directory, make_graph: MakeGraph) -> None:
    model = raw(directory, make_graph)
    (model / "model_bayer.onnx").unlink()
    assert errors(validate_package(model)) == ["files.missing"]
