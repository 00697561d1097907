"""Tests of depth, erase and proxy: requirements of darktable's Lua interface and of the tasks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from dtmodels.findings.check_report import CheckReport
from dtmodels.graph.runtime import Runtime
from dtmodels.stages.validate import validate_package

Directory = Callable[..., Path]
MakeGraph = Callable[..., onnx.ModelProto]
IMAGE = (1, 3, "height", "width")
SLIDER = {"name": "gain", "low": -2.0, "high": 2.0, "default": 0.0, "unit": "EV"}
PROXY = {"module": "toy", "module_version": 1, "space": "input-rgb", "reach": 0, "sliders": [SLIDER]}

FRAME = {"unit": "px", "values": ["left", "top", "width", "height"]}


def codes(report: CheckReport) -> list[str]:
    return [problem.code for problem in report.errors]


def proxy(make_graph: MakeGraph, nodes: list[onnx.NodeProto] | None = None, **options: Any) -> onnx.ModelProto:
    """A proxy that multiplies by two to the power of the slider."""
    gain = [
        helper.make_node("Pow", ["two", "sliders"], ["gain"]),
        helper.make_node("Mul", ["image", "gain"], ["output"]),
    ]
    constants = {"two": np.float32(2), **options.pop("constants", {})}
    inputs = options.pop("inputs", {"image": IMAGE, "sliders": (1, 1)})
    return make_graph(inputs, {"output": IMAGE}, nodes or gain, constants=constants, **options)


def blur(size: int) -> list[onnx.NodeProto]:
    pads = [size // 2] * 4
    return [helper.make_node("AveragePool", ["image"], ["output"], kernel_shape=[size, size], pads=pads)]


def validated(directory: Directory, runtime: Runtime, graph: onnx.ModelProto, **changed: Any) -> CheckReport:
    return validate_package(directory("proxy", {"model.onnx": graph}, attributes={**PROXY, **changed}), runtime)


def test_valid_proxy_passes(directory: Directory, make_graph: MakeGraph, runtime: Runtime) -> None:
    assert validated(directory, runtime, proxy(make_graph)).problems == ()


def test_proxy_without_sliders_has_one_input(directory: Directory, make_graph: MakeGraph, runtime: Runtime) -> None:
    bare = proxy(make_graph, [helper.make_node("Neg", ["image"], ["output"])], inputs={"image": IMAGE})
    assert validated(directory, runtime, bare, sliders=[]).problems == ()
    assert codes(validated(directory, runtime, bare)) == ["proxy.tensors"]


def test_proxy_with_frame_gets_the_position_of_a_tile(
    directory: Directory, make_graph: MakeGraph, runtime: Runtime
) -> None:
    """The graph adds the column's position in the frame, so a tile needs its own position."""
    from_left = [
        helper.make_node("Gather", ["frame", "first"], ["left"], axis=1),
        helper.make_node("Shape", ["image"], ["width"], start=3),
        helper.make_node("Squeeze", ["width"], ["count"]),
        helper.make_node("Cast", ["count"], ["end"], to=1),
        helper.make_node("Range", ["zero", "end", "one"], ["columns"]),
        helper.make_node("Add", ["columns", "left"], ["positions"]),
        helper.make_node("Mul", ["positions", "sliders"], ["weight"]),
        helper.make_node("Add", ["image", "weight"], ["output"]),
    ]
    constants = {"first": np.int64(0), "zero": np.float32(0), "one": np.float32(1)}
    inputs = {"image": IMAGE, "sliders": (1, 1), "frame": (1, 4)}
    graph = proxy(make_graph, from_left, inputs=inputs, constants=constants)
    assert validated(directory, runtime, graph, reach=0, frame=FRAME).problems == ()
    (problem,) = validated(directory, runtime, graph, reach=0).problems
    assert (problem.severity, problem.code) == ("warning", "proxy.frame")
    assert '"unit": "px"' in problem.fix
    assert codes(validated(directory, runtime, graph, reach=0, frame=["left"])) == ["proxy.frame"]


def test_frame_that_the_graph_does_not_take_is_a_warning(
    directory: Directory, make_graph: MakeGraph, runtime: Runtime
) -> None:
    (problem,) = validated(directory, runtime, proxy(make_graph), frame=FRAME).problems
    assert (problem.severity, problem.code) == ("warning", "proxy.frame")


def test_proxy_of_the_whole_image_is_not_checked_on_tiles(
    directory: Directory, make_graph: MakeGraph, runtime: Runtime
) -> None:
    whole = [
        helper.make_node("GlobalAveragePool", ["image"], ["mean"]),
        helper.make_node("Sub", ["image", "mean"], ["difference"]),
        helper.make_node("Pow", ["two", "sliders"], ["gain"]),
        helper.make_node("Mul", ["difference", "gain"], ["output"]),
    ]
    graph = proxy(make_graph, whole)
    assert validated(directory, runtime, graph, reach="all").problems == ()
    assert "proxy.reach" in codes(validated(directory, runtime, graph, reach=4))


def test_mosaic_proxy_has_one_channel(directory: Directory, make_graph: MakeGraph, runtime: Runtime) -> None:
    mosaic = (1, 1, "height", "width")
    graph = make_graph(
        {"image": mosaic, "sliders": (1, 1)},
        {"output": mosaic},
        [helper.make_node("Mul", ["image", "sliders"], ["output"])],
    )
    assert validated(directory, runtime, graph, space="raw").problems == ()
    assert "proxy.image" in codes(validated(directory, runtime, graph))


def test_demosaicing_proxy_has_one_input_and_three_output_channels(
    directory: Directory, make_graph: MakeGraph, runtime: Runtime
) -> None:
    nodes = [
        helper.make_node("Mul", ["image", "sliders"], ["gained"]),
        helper.make_node("Concat", ["gained", "gained", "gained"], ["output"], axis=1),
    ]
    mosaic = (1, 1, "height", "width")
    graph = make_graph({"image": mosaic, "sliders": (1, 1)}, {"output": IMAGE}, nodes)
    assert validated(directory, runtime, graph, space="raw", output_space="input-rgb").problems == ()
    assert "proxy.shape" in codes(validated(directory, runtime, graph, space="raw"))


@pytest.mark.parametrize(("reach", "valid"), [(7, True), (6, False)])
def test_reach_is_checked_on_tiles(
    directory: Directory, make_graph: MakeGraph, runtime: Runtime, reach: int, valid: bool
) -> None:
    report = validated(directory, runtime, proxy(make_graph, blur(15)), reach=reach)
    assert codes(report) == ([] if valid else ["proxy.reach"])


def test_too_large_reach_is_an_error(directory: Directory, make_graph: MakeGraph, runtime: Runtime) -> None:
    report = validated(directory, runtime, proxy(make_graph), reach=5000)
    assert codes(report) == ["proxy.reach"]
    assert "at most 4096, or 'all'" in report.text()


def test_nan_for_negative_values_is_an_error(directory: Directory, make_graph: MakeGraph, runtime: Runtime) -> None:
    report = validated(directory, runtime, proxy(make_graph, [helper.make_node("Sqrt", ["image"], ["output"])]))
    assert set(codes(report)) == {"run.not-finite"}
    assert "negative and very bright values" in report.text()


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"module": 5}, "proxy.attribute"),
        ({"module_version": "1"}, "proxy.attribute"),
        ({"space": "srgb"}, "proxy.attribute"),
        ({"reach": -1}, "proxy.attribute"),
        ({"sliders": []}, "proxy.tensors"),
        ({"sliders": "gain"}, "proxy.attribute"),
        ({"sliders": [{**SLIDER, "low": 1}]}, "proxy.slider"),
        ({"sliders": [{**SLIDER, "unit": None}]}, "proxy.slider"),
        ({"sliders": [{**SLIDER, "high": 1e300}]}, "proxy.slider"),
        ({"sliders": [{**SLIDER, "choices": None}]}, "proxy.slider"),
        ({"sliders": [{**SLIDER, "choices": [["a"]]}]}, "proxy.slider"),
        ({"sliders": [{**SLIDER, "choices": [["a", "1"]]}]}, "proxy.slider"),
        ({"sliders": [SLIDER, SLIDER]}, "proxy.sliders"),
    ],
)
def test_invalid_proxy_attributes_are_errors(
    directory: Directory, make_graph: MakeGraph, runtime: Runtime, changed: dict[str, Any], code: str
) -> None:
    assert code in codes(validated(directory, runtime, proxy(make_graph), **changed))


def test_proxy_tensor_names_are_fixed(directory: Directory, make_graph: MakeGraph, runtime: Runtime) -> None:
    graph = make_graph({"photo": IMAGE, "sliders": (1, 1)}, {"output": IMAGE})
    assert codes(validated(directory, runtime, graph)) == ["proxy.tensors"]


def test_proxy_of_fixed_size_is_a_warning(directory: Directory, make_graph: MakeGraph, runtime: Runtime) -> None:
    graph = proxy(make_graph, inputs={"image": (1, 3, 128, 128), "sliders": (1, 1)})
    (problem,) = validated(directory, runtime, graph).problems
    assert (problem.severity, problem.code) == ("warning", "proxy.fixed-size")


def test_lua_supports_float32_only(directory: Directory, make_graph: MakeGraph, runtime: Runtime) -> None:
    graph = make_graph(
        {"image": IMAGE}, {"depth": IMAGE}, types={"image": TensorProto.FLOAT16, "depth": TensorProto.FLOAT16}
    )
    assert codes(validate_package(directory("depth", {"model.onnx": graph}), runtime)) == [
        "lua.input-type",
        "lua.output-type",
    ]


@pytest.mark.parametrize("side", [("height", "width"), (518, 518)])
def test_depth_may_have_any_size(
    directory: Directory, make_graph: MakeGraph, runtime: Runtime, side: tuple[Any, Any]
) -> None:
    node = helper.make_node("ReduceMean", ["image", "axis"], ["depth"], keepdims=0)
    graph = make_graph({"image": (1, 3, *side)}, {"depth": (1, *side)}, [node], constants={"axis": np.array([1])})
    assert validate_package(directory("depth", {"model.onnx": graph}), runtime).problems == ()


def test_constant_depth_is_a_warning(directory: Directory, make_graph: MakeGraph, runtime: Runtime) -> None:
    nodes = [helper.make_node("Sub", ["image", "image"], ["depth"])]
    graph = make_graph({"image": IMAGE}, {"depth": IMAGE}, nodes)
    (problem,) = validate_package(directory("depth", {"model.onnx": graph}), runtime).problems
    assert (problem.severity, problem.code) == ("warning", "depth.flat")


@pytest.mark.parametrize(("factor", "expected"), [(1, []), (255, ["erase.scale"])])
def test_erase_returns_values_of_0_to_1(
    directory: Directory, make_graph: MakeGraph, runtime: Runtime, factor: int, expected: list[str]
) -> None:
    node = helper.make_node("Mul", ["image", "factor"], ["output"])
    inputs = {"image": (1, 3, 512, 512), "mask": (1, 1, 512, 512)}
    graph = make_graph(inputs, {"output": (1, 3, 512, 512)}, [node], constants={"factor": np.float32(factor)})
    assert codes(validate_package(directory("erase", {"model.onnx": graph}), runtime)) == expected


def test_erase_takes_an_image_and_a_mask(directory: Directory, make_graph: MakeGraph, runtime: Runtime) -> None:
    graph = make_graph({"image": IMAGE}, {"output": IMAGE})
    assert codes(validate_package(directory("erase", {"model.onnx": graph}), runtime)) == ["graph.inputs"]
