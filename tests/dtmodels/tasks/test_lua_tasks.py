"""depth, erase and proxy: what darktable's Lua interface and the task ask for."""

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


def codes(report: CheckReport) -> list[str]:
    return [problem.code for problem in report.errors]


def proxy(make_graph: MakeGraph, nodes: list[onnx.NodeProto] | None = None, **options: Any) -> onnx.ModelProto:
    """Multiply by two to the power of the slider."""
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


def validated(directory: Directory, runtime: Runtime, made: onnx.ModelProto, **changed: Any) -> CheckReport:
    return validate_package(directory("proxy", {"model.onnx": made}, attributes={**PROXY, **changed}), runtime)


def test_a_good_proxy_passes(directory: Directory, make_graph: MakeGraph, runtime: Runtime) -> None:
    assert validated(directory, runtime, proxy(make_graph)).problems == ()


def test_a_proxy_without_sliders_takes_the_image_alone(
    directory: Directory, make_graph: MakeGraph, runtime: Runtime
) -> None:
    bare = proxy(make_graph, [helper.make_node("Neg", ["image"], ["output"])], inputs={"image": IMAGE})
    assert validated(directory, runtime, bare, sliders=[]).problems == ()
    assert codes(validated(directory, runtime, bare)) == ["proxy.tensors"]


def test_a_proxy_that_places_something_is_told_where_a_tile_lies(
    directory: Directory, make_graph: MakeGraph, runtime: Runtime
) -> None:
    """What is added is the place of the left edge: a tile differs unless it is told its own."""
    from_left = [
        helper.make_node("Gather", ["frame", "first"], ["left"], axis=1),
        helper.make_node("Shape", ["image"], ["width"], start=3),
        helper.make_node("Squeeze", ["width"], ["count"]),
        helper.make_node("Cast", ["count"], ["end"], to=1),
        helper.make_node("Range", ["zero", "end", "one"], ["columns"]),
        helper.make_node("Add", ["columns", "left"], ["places"]),
        helper.make_node("Mul", ["places", "sliders"], ["weight"]),
        helper.make_node("Add", ["image", "weight"], ["output"]),
    ]
    constants = {"first": np.int64(0), "zero": np.float32(0), "one": np.float32(1)}
    inputs = {"image": IMAGE, "sliders": (1, 1), "frame": (1, 4)}
    made = proxy(make_graph, from_left, inputs=inputs, constants=constants)
    assert validated(directory, runtime, made, reach=0).problems == ()


def test_a_proxy_of_the_whole_image_is_not_held_to_tiles(
    directory: Directory, make_graph: MakeGraph, runtime: Runtime
) -> None:
    whole = [
        helper.make_node("GlobalAveragePool", ["image"], ["mean"]),
        helper.make_node("Sub", ["image", "mean"], ["apart"]),
        helper.make_node("Pow", ["two", "sliders"], ["gain"]),
        helper.make_node("Mul", ["apart", "gain"], ["output"]),
    ]
    made = proxy(make_graph, whole)
    assert validated(directory, runtime, made, reach="all").problems == ()
    assert "proxy.reach" in codes(validated(directory, runtime, made, reach=4))


def test_a_proxy_of_a_mosaic_has_one_channel(directory: Directory, make_graph: MakeGraph, runtime: Runtime) -> None:
    mosaic = (1, 1, "height", "width")
    made = make_graph(
        {"image": mosaic, "sliders": (1, 1)},
        {"output": mosaic},
        [helper.make_node("Mul", ["image", "sliders"], ["output"])],
    )
    assert validated(directory, runtime, made, space="raw").problems == ()
    assert "proxy.image" in codes(validated(directory, runtime, made))


def test_a_proxy_that_makes_colours_of_a_mosaic_has_one_channel_before_and_three_after(
    directory: Directory, make_graph: MakeGraph, runtime: Runtime
) -> None:
    nodes = [
        helper.make_node("Mul", ["image", "sliders"], ["gained"]),
        helper.make_node("Concat", ["gained", "gained", "gained"], ["output"], axis=1),
    ]
    mosaic = (1, 1, "height", "width")
    made = make_graph({"image": mosaic, "sliders": (1, 1)}, {"output": IMAGE}, nodes)
    assert validated(directory, runtime, made, space="raw", output_space="input-rgb").problems == ()
    assert "proxy.shape" in codes(validated(directory, runtime, made, space="raw"))


@pytest.mark.parametrize(("reach", "good"), [(7, True), (6, False)])
def test_the_reach_is_the_halo_a_tile_needs(
    directory: Directory, make_graph: MakeGraph, runtime: Runtime, reach: int, good: bool
) -> None:
    report = validated(directory, runtime, proxy(make_graph, blur(15)), reach=reach)
    assert codes(report) == ([] if good else ["proxy.reach"])


def test_a_halo_that_leaves_nothing_of_a_tile_is_an_error(
    directory: Directory, make_graph: MakeGraph, runtime: Runtime
) -> None:
    report = validated(directory, runtime, proxy(make_graph), reach=5000)
    assert codes(report) == ["proxy.reach"]
    assert "at most 4096, or 'all'" in report.text()


def test_a_proxy_that_breaks_on_negative_values_is_an_error(
    directory: Directory, make_graph: MakeGraph, runtime: Runtime
) -> None:
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
        ({"sliders": [SLIDER, SLIDER]}, "proxy.sliders"),
    ],
)
def test_attributes_have_to_describe_the_sliders(
    directory: Directory, make_graph: MakeGraph, runtime: Runtime, changed: dict[str, Any], code: str
) -> None:
    assert code in codes(validated(directory, runtime, proxy(make_graph), **changed))


def test_a_proxy_has_fixed_tensor_names(directory: Directory, make_graph: MakeGraph, runtime: Runtime) -> None:
    made = make_graph({"picture": IMAGE, "sliders": (1, 1)}, {"output": IMAGE})
    assert codes(validated(directory, runtime, made)) == ["proxy.tensors"]


def test_a_proxy_of_one_size_is_a_warning(directory: Directory, make_graph: MakeGraph, runtime: Runtime) -> None:
    made = proxy(make_graph, inputs={"image": (1, 3, 128, 128), "sliders": (1, 1)})
    (problem,) = validated(directory, runtime, made).problems
    assert (problem.severity, problem.code) == ("warning", "proxy.fixed-size")


def test_lua_knows_float32_only(directory: Directory, make_graph: MakeGraph, runtime: Runtime) -> None:
    made = make_graph(
        {"image": IMAGE}, {"depth": IMAGE}, types={"image": TensorProto.FLOAT16, "depth": TensorProto.FLOAT16}
    )
    assert codes(validate_package(directory("depth", {"model.onnx": made}), runtime)) == [
        "lua.input-type",
        "lua.output-type",
    ]


@pytest.mark.parametrize("side", [("height", "width"), (518, 518)])
def test_depth_may_have_any_size(
    directory: Directory, make_graph: MakeGraph, runtime: Runtime, side: tuple[Any, Any]
) -> None:
    node = helper.make_node("ReduceMean", ["image", "axis"], ["depth"], keepdims=0)
    made = make_graph({"image": (1, 3, *side)}, {"depth": (1, *side)}, [node], constants={"axis": np.array([1])})
    assert validate_package(directory("depth", {"model.onnx": made}), runtime).problems == ()


def test_an_even_depth_is_a_warning(directory: Directory, make_graph: MakeGraph, runtime: Runtime) -> None:
    nodes = [helper.make_node("Sub", ["image", "image"], ["depth"])]
    made = make_graph({"image": IMAGE}, {"depth": IMAGE}, nodes)
    (problem,) = validate_package(directory("depth", {"model.onnx": made}), runtime).problems
    assert (problem.severity, problem.code) == ("warning", "depth.flat")


@pytest.mark.parametrize(("factor", "expected"), [(1, []), (255, ["erase.scale"])])
def test_erase_returns_values_of_0_to_1(
    directory: Directory, make_graph: MakeGraph, runtime: Runtime, factor: int, expected: list[str]
) -> None:
    node = helper.make_node("Mul", ["image", "factor"], ["output"])
    inputs = {"image": (1, 3, 512, 512), "mask": (1, 1, 512, 512)}
    made = make_graph(inputs, {"output": (1, 3, 512, 512)}, [node], constants={"factor": np.float32(factor)})
    assert codes(validate_package(directory("erase", {"model.onnx": made}), runtime)) == expected


def test_erase_takes_an_image_and_a_mask(directory: Directory, make_graph: MakeGraph, runtime: Runtime) -> None:
    made = make_graph({"image": IMAGE}, {"output": IMAGE})
    assert codes(validate_package(directory("erase", {"model.onnx": made}), runtime)) == ["graph.inputs"]
