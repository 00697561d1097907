"""Graphs of opsets 1 to 6, which ONNX Runtime does not run, compute what those opsets define."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx.parser
import pytest
from onnx import AttributeProto

from dtbase.system.errors import Failure

IMAGE = np.arange(2 * 3 * 3, dtype=np.float32).reshape(1, 2, 3, 3) - 8
BIAS = np.array([1, -2], np.float32).reshape(1, 2, 1, 1)

WEIGHTS = "int64[4] t = {1,1,1,2}"


def graph(opset: int, body: str, output: str = "1,2,3,3", weights: str = "float[2] b = {1,-2}", ir: int = 3) -> str:
    return f"""
    <ir_version: {ir}, opset_import: ["" : {opset}]>
    g (float[1,2,3,3] x) => (float[{output}] y) <{weights}> {{ {body} }}
    """


def nearest_twice(image: Any) -> Any:
    return image.repeat(2, axis=2).repeat(3, axis=3)


@pytest.mark.parametrize(
    ("opset", "body", "expected"),
    [
        (6, "y = Add <axis=1, broadcast=1> (x, b)", IMAGE + BIAS),
        (1, "y = Sub <axis=1, broadcast=1, consumed_inputs=[0, 0]> (x, b)", IMAGE - BIAS),
        (5, "y = Mul <axis=-3, broadcast=1> (x, b)", IMAGE * BIAS),
        (6, "y = PRelu (x, b)", np.where(IMAGE < 0, IMAGE * BIAS, IMAGE)),
        (3, "y = Relu <consumed_inputs=[0]> (x)", np.maximum(IMAGE, 0)),
        (6, "y = Dropout <is_test=1, ratio=0.5> (x)", IMAGE),
        (1, "y, mask = Dropout <is_test=1, consumed_inputs=[0]> (x)", IMAGE),
        (5, 'a = Cast <to="INT32"> (x) y = Cast <to="float"> (a)', IMAGE),
        (6, "a = Conv <kernel_shape=[1,1]> (x, w) b2 = Add <axis=1, broadcast=1> (a, b) y = Abs (b2)", None),
    ],
)
def test_operators_keep_their_old_meaning(
    convert_model: Callable[..., Path], run_graph: Callable[..., list[Any]], opset: int, body: str, expected: Any
) -> None:
    weights = "float[2] b = {1,-2}, float[2,2,1,1] w = {1,0,0,1}"
    (result,) = run_graph(convert_model(graph(opset, body, weights=weights)), IMAGE)
    assert np.allclose(result, np.abs(IMAGE + BIAS) if expected is None else expected)


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        (graph(3, "y = Concat (x, x)", "1,4,3,3", WEIGHTS), np.concatenate([IMAGE, IMAGE], 1)),
        (graph(4, "y = Reshape <shape=[2,-1]> (x)", "2,9", WEIGHTS), IMAGE.reshape(2, 9)),
        (
            graph(1, 'y = Pad <mode="constant", paddings=[0,0,0,1,0,0,0,1]> (x)', "1,2,3,5", WEIGHTS),
            np.pad(IMAGE, [(0, 0)] * 3 + [(1, 1)]),
        ),
        (graph(1, "y = Upsample <height_scale=2.0, width_scale=3.0> (x)", "1,2,6,9", WEIGHTS), nearest_twice(IMAGE)),
        (graph(6, "y = Tile (x, t)", "1,2,3,6", WEIGHTS), np.tile(IMAGE, (1, 1, 1, 2))),
    ],
)
def test_attributes_become_inputs(
    convert_model: Callable[..., Path],
    run_graph: Callable[..., list[Any]],
    model: str,
    expected: Any,
) -> None:
    assert np.array_equal(run_graph(convert_model(model), IMAGE)[0], expected)


def test_batch_normalization_uses_its_stored_statistics(
    convert_model: Callable[..., Path], run_graph: Callable[..., list[Any]]
) -> None:
    weights = "float[2] s = {1,2}, float[2] b = {3,4}, float[2] m = {5,6}, float[2] v = {1,4}"
    body = "y = BatchNormalization <is_test=1, epsilon=0.0, consumed_inputs=[0,0,0,1,1]> (x, s, b, m, v)"
    (result,) = run_graph(convert_model(graph(5, body, weights=weights)), IMAGE)
    scale, bias, mean = (np.array(value, np.float32).reshape(1, 2, 1, 1) for value in ([1, 1], [3, 4], [5, 6]))
    assert np.allclose(result, (IMAGE - mean) * scale + bias, atol=1e-5)


def test_files_before_ir_3_are_read(convert_model: Callable[..., Path], run_graph: Callable[..., list[Any]]) -> None:
    model = onnx.parser.parse_model(graph(1, "y = Add <axis=1, broadcast=1> (x, b)", ir=1))
    del model.opset_import[:]
    for attribute in model.graph.node[0].attribute:
        attribute.type = AttributeProto.UNDEFINED
    assert np.array_equal(run_graph(convert_model(model), IMAGE)[0], IMAGE + BIAS)


def test_operand_of_unknown_shape_is_refused(convert_model: Callable[..., Path]) -> None:
    body = "i = Cast <to=7> (b) a = Gather (x, i) y = Add <axis=1, broadcast=1> (a, b)"
    with pytest.raises(Failure, match="Add 'y' of an opset below 7 has an operand of unknown shape"):
        convert_model(graph(6, body))


@pytest.mark.parametrize(
    "body",
    [
        "y = BatchNormalization <is_test=0> (x, b, b, b, b)",
        "a, m, v, sm, sv = BatchNormalization (x, b, b, b, b) y = Add <axis=1, broadcast=1> (a, m)",
    ],
)
def test_training_mode_is_refused(convert_model: Callable[..., Path], body: str) -> None:
    with pytest.raises(Failure, match=r"BatchNormalization runs in training mode \(is_test=0\)"):
        convert_model(graph(6, body))
