"""Graphs of opsets above 20, which darktable does not rely on, are converted down or refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest

from dtbase.system.errors import Failure

IMAGE = np.random.default_rng(0).random((1, 4, 3, 3), np.float32)

WEIGHTS = "float[3] s3 = {1,1,1}, int64[1] z = {-1}, int64[4] w = {1,4,3,3}"


def graph(opset: int, body: str, output: str = "1,4,3,3", weights: str = "float[4] s = {1,2,3,4}") -> str:
    return f"""
    <ir_version: 12, opset_import: ["" : {opset}]>
    g (float[1,4,3,3] x) => (float[{output}] y) <{weights}> {{ {body} }}
    """


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        (graph(21, "y = Relu (x)", "1,4,3,3", WEIGHTS), IMAGE),
        (graph(22, "y = GlobalMaxPool (x)", "1,4,1,1", WEIGHTS), IMAGE.max((2, 3), keepdims=True)),
        (graph(23, "y = Identity (x)", "1,4,3,3", WEIGHTS), IMAGE),
        (graph(24, "y = Swish (x)", "1,4,3,3", WEIGHTS), IMAGE / (1 + np.exp(-IMAGE))),
        (
            graph(23, "y = RMSNormalization <epsilon=0.0> (x, s3)", "1,4,3,3", WEIGHTS),
            IMAGE / np.sqrt((IMAGE**2).mean(-1, keepdims=True)),
        ),
        (graph(25, "a = Reshape (x, z) y = Reshape (a, w)", "1,4,3,3", WEIGHTS), IMAGE),
    ],
)
def test_newer_opsets_are_converted(
    convert_model: Callable[..., Path],
    run_graph: Callable[..., list[Any]],
    model: str,
    expected: Any,
) -> None:
    path = convert_model(model)
    assert next(one.version for one in onnx.load(path).opset_import if not one.domain) == 20
    assert onnx.load(path).ir_version <= 10
    assert np.allclose(run_graph(path, IMAGE)[0], expected, atol=1e-6)


def test_group_normalization_is_replaced_by_its_definition(
    convert_model: Callable[..., Path], run_graph: Callable[..., list[Any]]
) -> None:
    body = "y = GroupNormalization <num_groups=2, epsilon=0.0> (x, s, s)"
    groups = IMAGE.reshape(1, 2, -1)
    normal = (groups - groups.mean(-1, keepdims=True)) / groups.std(-1, keepdims=True)
    scale = np.array([1, 2, 3, 4], np.float32).reshape(1, 4, 1, 1)
    (result,) = run_graph(convert_model(graph(21, body)), IMAGE)
    assert np.allclose(result, normal.reshape(IMAGE.shape) * scale + scale, atol=1e-5)


@pytest.mark.parametrize(
    ("opset", "body", "reason"),
    [
        (24, "y = TensorScatter (x, x)", "TensorScatter: new since opset 20"),
        (21, "y = Reluu (x)", "Reluu: unknown in that opset"),
    ],
)
def test_what_cannot_be_converted_is_named(
    convert_model: Callable[..., Path], opset: int, body: str, reason: str
) -> None:
    with pytest.raises(Failure, match=f"opset {opset} is above 20, and cannot be converted .{reason}") as failure:
        convert_model(graph(opset, body))
    assert failure.value.fix == "export with an opset from 7 to 20"
