"""darktable passes float32 to any finished graph that takes and returns numbers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnx.parser
import pytest
from onnx import helper

from dtbase.system.errors import Failure
from dtmodels.families._onnx_boundary import CASTABLE

VALUES = np.array([[0, 1, 1, 0]], np.float32)


def graph(kind: str, body: str, output: str | None = None) -> str:
    return f"""
    <ir_version: 9, opset_import: ["" : 20]>
    g ({kind}[1,4] x) => ({output or kind}[1,4] y) {{ {body} }}
    """


@pytest.mark.parametrize("kind", sorted(CASTABLE))
def test_numbers_of_all_types_are_cast(
    convert_model: Callable[..., Path], run_graph: Callable[..., list[Any]], kind: int
) -> None:
    model = onnx.parser.parse_model(graph("float", "y = Identity (x)"))
    for value in [*model.graph.input, *model.graph.output]:
        value.type.tensor_type.elem_type = kind
    (result,) = run_graph(convert_model(model), VALUES)
    assert result.dtype == np.float32
    assert np.array_equal(result, VALUES)


def test_inputs_that_branches_and_loops_use_are_cast(
    convert_model: Callable[..., Path], run_graph: Callable[..., list[Any]]
) -> None:
    body = """
        c = Constant <value = bool {1}> ()
        y = If (c) <then_branch = t () => (int64[1,4] a) { a = Add (x, x) },
                    else_branch = e () => (int64[1,4] b) { b = Neg (x) }>
    """
    assert np.array_equal(run_graph(convert_model(graph("int64", body)), VALUES)[0], 2 * VALUES)
    rounds = """
        n = Constant <value = int64 {3}> ()
        c = Constant <value = bool {1}> ()
        y = Loop (n, c, x) <body = b (int64 i, bool go, int64[1,4] s) => (bool go2, int64[1,4] s2)
                                   { go2 = Identity (go) s2 = Add (s, x) }>
    """
    assert np.array_equal(run_graph(convert_model(graph("int64", rounds)), VALUES)[0], 4 * VALUES)


@pytest.mark.parametrize("kind", ["float", "int64", "float16"])
def test_outputs_that_are_inputs_or_weights_are_copied(
    convert_model: Callable[..., Path], run_graph: Callable[..., list[Any]], kind: str
) -> None:
    model = onnx.parser.parse_model(graph(kind, "y = Identity (x)"))
    kind_number = model.graph.input[0].type.tensor_type.elem_type
    model.graph.initializer.append(helper.make_tensor("w", kind_number, [2], [5, 6]))
    model.graph.output.append(helper.make_tensor_value_info("x", kind_number, [1, 4]))
    model.graph.output.append(helper.make_tensor_value_info("w", kind_number, [2]))
    model.graph.output.append(model.graph.output[0])
    path = convert_model(model, half=True)
    results = run_graph(path, VALUES)
    assert [value.dtype for value in results] == [np.float32] * 4
    assert [value.tolist() for value in results] == [VALUES.tolist(), VALUES.tolist(), [5, 6], VALUES.tolist()]
    assert len({one.name for one in onnx.load(path).graph.output}) == 4


def test_names_with_colons_and_slashes_stay(convert_model: Callable[..., Path]) -> None:
    model = onnx.parser.parse_model(graph("float", "y = Relu (x)"))
    model.graph.input[0].name = model.graph.node[0].input[0] = "input_1:0"
    model.graph.output[0].name = model.graph.node[0].output[0] = "/net/Relu_output_0"
    finished = onnx.load(convert_model(model)).graph
    assert (finished.input[0].name, finished.output[0].name) == ("input_1:0", "/net/Relu_output_0")


def test_names_can_be_swapped(convert_model: Callable[..., Path], run_graph: Callable[..., list[Any]]) -> None:
    model = """
    <ir_version: 9, opset_import: ["" : 17]>
    g (float[1,4] x) => (float[1,4] y, float[1,4] z) { y = Neg (x) z = Abs (y) }
    """
    path = convert_model(model, rename={"y": "z", "z": "y"})
    assert [one.name for one in onnx.load(path).graph.output] == ["z", "y"]
    assert np.array_equal(run_graph(path, VALUES)[1], VALUES)


@pytest.mark.parametrize(
    ("model", "message", "fix"),
    [
        (graph("string", "y = Identity (x)"), "input 'x' is string", "first tensor of numbers"),
        (graph("float", "y = Cast <to=8> (x)", "string"), "output 'y' is string", "export tensors instead"),
        (
            '<ir_version: 9, opset_import: ["" : 17]> g (float[1] x) => (seq(float[1]) s, float[1] y)'
            " { s = SequenceConstruct (x, x) y = Relu (x) }",
            "output 's' is a sequence",
            "convert.options.outputs: y",
        ),
        (
            '<ir_version: 9, opset_import: ["" : 17]> g (seq(float[1]) x) => (float[1] y)'
            " { y = ConcatFromSequence <axis=0> (x) }",
            "input 'x' is a sequence",
            "first tensor",
        ),
        (
            '<ir_version: 9, opset_import: ["" : 17]> g (optional(float[1]) x) => (float[1] y)'
            " { y = OptionalGetElement (x) }",
            "input 'x' is an optional value",
            "first tensor",
        ),
    ],
)
def test_what_is_no_tensor_of_numbers_is_refused(
    convert_model: Callable[..., Path], model: str, message: str, fix: str
) -> None:
    with pytest.raises(Failure, match=f"{message}, which darktable cannot pass") as failure:
        convert_model(model)
    assert fix in failure.value.fix


def test_map_beside_a_tensor_can_be_left_out(
    convert_model: Callable[..., Path], run_graph: Callable[..., list[Any]]
) -> None:
    model = onnx.parser.parse_model(graph("float", "y = Relu (x)"))
    model.opset_import.append(helper.make_opsetid("ai.onnx.ml", 1))
    model.graph.node.append(
        helper.make_node("ZipMap", ["y"], ["map"], domain="ai.onnx.ml", classlabels_int64s=[0, 1, 2, 3])
    )
    kind = model.graph.output.add(name="map").type.sequence_type.elem_type.map_type
    kind.key_type, kind.value_type.tensor_type.elem_type = onnx.TensorProto.INT64, onnx.TensorProto.FLOAT
    copy = onnx.ModelProto.FromString(model.SerializeToString())
    with pytest.raises(Failure, match="output 'map' is a sequence, which darktable cannot pass"):
        convert_model(copy)
    path = convert_model(model, outputs=("y",))
    assert [node.op_type for node in onnx.load(path).graph.node] == ["Relu"]
    assert np.array_equal(run_graph(path, VALUES)[0], VALUES)


DECODER = """
    <ir_version: 9, opset_import: ["" : 17]>
    g (int64[2] orig_im_size, float[1,4] x) => (float[a,b] masks, float[1,4] low_res_masks)
    { low_res_masks = Neg (x) masks = Reshape (x, orig_im_size) }
"""


def test_input_that_no_kept_output_needs_can_be_left_out(
    convert_model: Callable[..., Path], run_graph: Callable[..., list[Any]]
) -> None:
    with pytest.raises(Failure, match="output 'masks' has a size that depends on values of the input: Reshape"):
        convert_model(DECODER)
    path = convert_model(DECODER, outputs=("low_res_masks",), inputs=("x",))
    assert [one.name for one in onnx.load(path).graph.input] == ["x"]
    assert np.array_equal(run_graph(path, VALUES)[0], -VALUES)


def test_input_that_the_graph_needs_cannot_be_left_out(convert_model: Callable[..., Path]) -> None:
    with pytest.raises(Failure, match=r"card\.yaml\.inputs: leaves out 'x', which the graph needs"):
        convert_model(DECODER, outputs=("low_res_masks",), inputs=("orig_im_size",))
