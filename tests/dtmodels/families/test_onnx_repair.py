"""What a finished graph may lack is repaired where there is one correct way, and what it computes stays."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnx.parser
import pytest
from onnx import TensorProto, helper

from dtbase.system.errors import Failure

INPUT = np.array([[1, -2, 3]], np.float32)


def graph(
    body: str, *, opset: int = 17, ir: int = 8, weights: str = "", shape: str = "[1,3]", output: str = "[1,3]"
) -> str:
    return f"""
    <ir_version: {ir}, opset_import: ["" : {opset}]>
    g (float{shape} x) => (float{output} y) {f"<{weights}>" if weights else ""} {{ {body} }}
    """


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        (graph("y = Relu (a) a = Neg (x)"), np.maximum(-INPUT, 0)),
        (graph("y = Mul (x, w)", ir=3, opset=7, weights="float[1,3] w = {1,2,3}"), INPUT * [[1, 2, 3]]),
        (graph("y = Dropout (x)"), INPUT),
        (graph("y, mask = Dropout (x)", opset=10), INPUT),
        (graph("a = Dropout <ratio = 0.5> (x) y = Neg (a)", opset=11), -INPUT),
        (graph("a = Dropout (x, r, t) y = Neg (a)", weights="float r = {0.5}, bool t = {0}"), -INPUT),
        (graph("y = Neg (x) unused = Magic.Unused (x)"), -INPUT),
        (graph("y = Identity (x)"), INPUT),
    ],
)
def test_graph_is_repaired(
    convert_model: Callable[..., Path], run_graph: Callable[..., list[Any]], model: str, expected: Any
) -> None:
    path = convert_model(model)
    onnx.checker.check_model(path, full_check=True)
    assert np.array_equal(run_graph(path, INPUT)[0], expected)
    assert "Dropout" not in {node.op_type for node in onnx.load(path).graph.node}


def test_mask_of_dropout_that_is_used_stays(
    convert_model: Callable[..., Path], run_graph: Callable[..., list[Any]]
) -> None:
    path = convert_model(graph("a, mask = Dropout (x) m = Cast <to=1> (mask) y = Mul (a, m)"))
    assert np.array_equal(run_graph(path, INPUT)[0], INPUT)


@pytest.mark.parametrize("dims", ["[-1,3]", "[0,3]", "[batch,3]", '["?",3]', "[,3]"])
def test_any_free_dimension_is_asked_for_and_set(convert_model: Callable[..., Path], dims: str) -> None:
    model = onnx.parser.parse_model(graph("y = Neg (x)", shape="[batch,3]", output="[batch,3]"))
    dim = model.graph.input[0].type.tensor_type.shape.dim[0]
    name = {"[batch,3]": "batch", '["?",3]': "?"}.get(dims, "x.0")
    dim.ClearField("dim_param")
    if dims in {"[-1,3]", "[0,3]"}:
        dim.dim_value = int(dims[1:-3])
    elif name != "x.0":
        dim.dim_param = name
    copy = onnx.ModelProto.FromString(model.SerializeToString())
    with pytest.raises(Failure, match="output 'y' is dynamic") as failure:
        convert_model(copy)
    quoted = '"?"' if name == "?" else name
    assert f"convert.options.sizes for {quoted}," in failure.value.fix
    path = convert_model(model, sizes={name: 2})
    assert [one.dim_value for one in onnx.load(path).graph.output[0].type.tensor_type.shape.dim] == [2, 3]


def test_input_without_a_shape_is_named_and_can_be_given_one(
    convert_model: Callable[..., Path], run_graph: Callable[..., list[Any]]
) -> None:
    model = graph("y = Relu (x)", shape="[]", output="[]")
    with pytest.raises(Failure, match=r"net\.onnx: input 'x' has no shape, not even a number of dimensions") as failure:
        convert_model(model)
    assert "x: [1, 3, 256, 256]" in failure.value.fix
    assert np.array_equal(run_graph(convert_model(model, sizes={"x": [1, 3]}), INPUT)[0], np.maximum(INPUT, 0))


def test_sparse_weights_become_dense(convert_model: Callable[..., Path], run_graph: Callable[..., list[Any]]) -> None:
    for indices, dims in (([0, 2], [2]), ([0, 0, 0, 2], [2, 2])):
        model = onnx.parser.parse_model(graph("y = Mul (x, w)"))
        values = helper.make_tensor("w", TensorProto.FLOAT, [2], [5.0, 7.0])
        places = helper.make_tensor("places", TensorProto.INT64, dims, indices)
        model.graph.sparse_initializer.append(helper.make_sparse_tensor(values, places, [1, 3]))
        assert np.array_equal(run_graph(convert_model(model), INPUT)[0], INPUT * [[5, 0, 7]])


def test_standard_domain_has_one_name(convert_model: Callable[..., Path]) -> None:
    model = onnx.parser.parse_model(graph("y = Relu (x)"))
    model.opset_import.append(helper.make_opsetid("ai.onnx", 16))
    model.graph.node[0].domain = "ai.onnx"
    model.graph.name = ""
    finished = onnx.load(convert_model(model))
    assert [(one.domain, one.version) for one in finished.opset_import] == [("", 17)]
    assert finished.graph.name


def test_functions_of_another_opset_are_inlined(
    convert_model: Callable[..., Path], run_graph: Callable[..., list[Any]]
) -> None:
    model = onnx.parser.parse_model(
        """
        <ir_version: 8, opset_import: ["" : 17, "own" : 1]>
        g (float[1,3] x) => (float[1,3] y) { y = own.twice (x) }
        <domain: "own", opset_import: ["" : 15]> twice (a) => (b) { b = Add (a, a) }
        """
    )
    assert np.array_equal(run_graph(convert_model(model), INPUT)[0], 2 * INPUT)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("y = Relu (b) b = Neg (a) a = Neg (b)", "is not a valid ONNX graph .*cycle"),
        ("y = Add (x, nowhere)", "Add needs 'nowhere', which nothing computes"),
        ("y = Relu (x) y = Neg (x)", "is not a valid ONNX graph|cannot be opened"),
    ],
)
def test_invalid_graph_is_refused_in_one_sentence(convert_model: Callable[..., Path], body: str, message: str) -> None:
    with pytest.raises(Failure, match=message) as failure:
        convert_model(graph(body))
    assert str(failure.value).count("\n") == 1
    assert failure.value.fix


def test_wrong_number_of_stored_values_is_refused(convert_model: Callable[..., Path]) -> None:
    model = onnx.parser.parse_model(graph("y = Add (x, w)"))
    model.graph.initializer.add(name="w", data_type=TensorProto.FLOAT, dims=[1, 3], raw_data=b"1234")
    with pytest.raises(Failure, match=r"net\.onnx: (is not a valid ONNX graph|cannot be opened)"):
        convert_model(model, half=True)
