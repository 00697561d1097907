"""Outputs get shapes in numbers: by inference, by a run, or by the card; what depends on values is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import onnx
import pytest

from dtbase.system.errors import Failure


def graph(body: str, inputs: str = "float[1,3,4,4] x", output: str = "float[a,b,c,d] y", weights: str = "") -> str:
    return f"""
    <ir_version: 8, opset_import: ["" : 17, "com.microsoft" : 1]>
    g ({inputs}) => ({output}) {f"<{weights}>" if weights else ""} {{ {body} }}
    """


def output_shapes(path: Path) -> list[list[int]]:
    return [[dim.dim_value for dim in one.type.tensor_type.shape.dim] for one in onnx.load(path).graph.output]


RESIZE = """
    s = Shape (x) hw = Slice (s, two, four) f = Cast <to=1> (hw) g = Mul (f, factor) h = Floor (g) i = Cast <to=7> (h)
    size = Concat <axis=0> (nc, i) y = Resize (x, , , size)
"""
SIZES = "int64[1] two = {2}, int64[1] four = {4}, float[2] factor = {1.5, 2}, int64[2] nc = {1, 3}"


@pytest.mark.parametrize(
    ("body", "weights", "expected"),
    [
        (RESIZE, SIZES, [1, 3, 6, 8]),
        (
            'y = com.microsoft.FusedConv <activation = "Relu", kernel_shape=[1,1]> (x, w)',
            "float[1,3,1,1] w = {1,1,1}",
            [1, 1, 4, 4],
        ),
        ("l = SequenceConstruct (x, x) y = SequenceAt (l, i)", "int64 i = {1}", [1, 3, 4, 4]),
    ],
)
def test_computed_shapes_become_numbers(
    convert_model: Callable[..., Path], body: str, weights: str, expected: list[int]
) -> None:
    assert output_shapes(convert_model(graph(body, weights=weights))) == [expected]


def test_wrong_declared_shape_is_corrected(convert_model: Callable[..., Path]) -> None:
    assert output_shapes(convert_model(graph("y = Relu (x)", output="float[64,3,4,4] y"))) == [[1, 3, 4, 4]]


@pytest.mark.parametrize(
    ("body", "output", "cause"),
    [
        ("y = NonZero (x)", "int64[a,b] y", "NonZero"),
        ("y = NonMaxSuppression (boxes, scores, m, t, t)", "int64[a,3] y", "NonMaxSuppression"),
        (
            "m0 = ReduceMax <keepdims=0> (x) c = Greater (m0, t0) y = If (c) <then_branch = u () => (float[1,3,4,4] p)"
            " { p = Neg (x) }, else_branch = e () => (float[1,3,4] q) { q = ReduceMax <axes=[3], keepdims=0> (x) }>",
            "float y",
            "If",
        ),
        ("s = ReduceMax <keepdims=0> (x) n = Cast <to=7> (s) y = Range (z, n, o)", "int64[a] y", "Range"),
    ],
)
def test_shapes_that_depend_on_values_are_refused(
    convert_model: Callable[..., Path], body: str, output: str, cause: str
) -> None:
    inputs = "float[1,3,4,4] x, float[1,5,4] boxes, float[1,1,5] scores"
    weights = "int64[1] m = {3}, float[1] t = {0.1}, float t0 = {0.5}, int64 z = {0}, int64 o = {1}"
    model = onnx.parser.parse_model(graph(body, inputs, output, weights))
    if cause == "If":
        model.graph.output[0].type.tensor_type.ClearField("shape")
    with pytest.raises(Failure, match=f"output 'y' has a size that depends on values of the input: {cause}") as failure:
        convert_model(model)
    assert "convert.options.outputs" in failure.value.fix


def test_other_outputs_of_a_detector_are_kept(convert_model: Callable[..., Path]) -> None:
    model = graph("mask = Relu (x) y = NonZero (x)", output="int64[a,b] y, float[1,3,4,4] mask")
    path = convert_model(model, outputs=("mask",))
    assert [node.op_type for node in onnx.load(path).graph.node] == ["Relu"]


def test_empty_output_is_refused(convert_model: Callable[..., Path]) -> None:
    body, weights = "y = Slice (x, a, a, b)", "int64[1] a = {2}, int64[1] b = {3}"
    with pytest.raises(Failure, match=r"output 'y' is empty, \[1, 3, 4, 0\]"):
        convert_model(graph(body, weights=weights))


def test_sizes_are_asked_for_before_the_graph_runs(convert_model: Callable[..., Path]) -> None:
    model = graph("y = MaxPool <kernel_shape=[9,9]> (x)", inputs="float[n,3,h,w] x", weights="float unused = {0}")
    with pytest.raises(Failure, match="output 'y' is dynamic") as failure:
        convert_model(model)
    assert "convert.options.sizes for n, h, w," in failure.value.fix
    assert output_shapes(convert_model(model, sizes={"n": 1, "h": 9, "w": 10})) == [[1, 3, 1, 2]]


def test_sizes_are_asked_for_if_the_graph_fails_without(convert_model: Callable[..., Path]) -> None:
    body = "p = MaxPool <kernel_shape=[9,9]> (x) s = ReduceMean <keepdims=0> (p) y = Add (s, z)"
    model = graph(body, inputs="float[1,3,h,w] x", output="float y", weights="float z = {0}")
    with pytest.raises(Failure, match="cannot be run by ONNX Runtime") as failure:
        convert_model(model)
    assert "convert.options.sizes for h, w," in failure.value.fix


def test_sizes_are_asked_for_where_the_number_of_dimensions_is_unknown(
    convert_model: Callable[..., Path],
) -> None:
    body = "s = Shape (x) c = Cast <to=1> (s) f = Floor (c) i = Cast <to=7> (f) y = Reshape (x, i)"
    model = graph(body, inputs="float[1,3,h,w] x", output="float[a,b,h,w] y", weights="float unused = {0}")
    with pytest.raises(Failure, match="output 'y' is dynamic") as failure:
        convert_model(model)
    assert "convert.options.sizes for h, w," in failure.value.fix
    assert output_shapes(convert_model(model, sizes={"h": 5, "w": 6})) == [[1, 3, 5, 6]]
