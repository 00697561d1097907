"""Tests of float16 storage: half the file size; names, types and arithmetic unchanged."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import onnx
import onnxruntime
import pytest
from numpy.typing import NDArray
from onnx import TensorProto, helper

from dtmodels.graph.float16_storage import MIN_MODEL_BYTES, store_float16

Graph = Callable[..., onnx.ModelProto]
SIDE = 1100


@pytest.fixture
def product(make_graph: Graph) -> Callable[[NDArray[np.float32]], onnx.ModelProto]:
    """A graph that multiplies its input `[1, 1100]` with a matrix and adds a bias."""

    def make(matrix: NDArray[np.float32]) -> onnx.ModelProto:
        nodes = [
            helper.make_node("MatMul", ["input", "matrix"], ["product"]),
            helper.make_node("Add", ["product", "bias"], ["output"]),
        ]
        constants = {"matrix": matrix, "bias": np.linspace(0, 1, matrix.shape[1], dtype=np.float32)}
        shapes = ({"input": [1, SIDE]}, {"output": [1, matrix.shape[1]]})
        return make_graph(*shapes, nodes, constants=constants)

    return make


def run(model: onnx.ModelProto, image: NDArray[np.float32]) -> NDArray[np.float32]:
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    (result,) = session.run(None, {"input": image})
    return np.asarray(result)


def test_float16_storage_halves_the_file_and_keeps_the_output(
    product: Callable[..., onnx.ModelProto],
) -> None:
    rng = np.random.default_rng(0)
    model = product(rng.normal(0, 0.05, (SIDE, 1000)).astype(np.float32))
    image, before = rng.normal(size=(1, SIDE)).astype(np.float32), len(model.SerializeToString())
    expected = run(model, image)
    assert store_float16(model)
    onnx.checker.check_model(model, full_check=True)
    output = run(model, image)
    assert len(model.SerializeToString()) < 0.51 * before
    assert output.dtype == np.float32
    assert 0 < np.abs(output - expected).max() < 1e-3 * expected.std()
    types = {tensor.name: tensor.data_type for tensor in model.graph.initializer}
    assert types == {"matrix.half": TensorProto.FLOAT16, "bias": TensorProto.FLOAT}


def test_float16_storage_is_idempotent(product: Callable[..., onnx.ModelProto]) -> None:
    model = product(np.random.default_rng(0).normal(size=(SIDE, 1000)).astype(np.float32))
    store_float16(model)
    once = model.SerializeToString(deterministic=True)
    assert not store_float16(model)
    assert model.SerializeToString(deterministic=True) == once


@pytest.mark.parametrize("scale", [1e-6, 1e6])
def test_values_outside_float16_range_stay_float32(product: Callable[..., onnx.ModelProto], scale: float) -> None:
    matrix = np.random.default_rng(0).normal(0, scale, (SIDE, 1000)).astype(np.float32)
    model = product(matrix)
    before = model.SerializeToString()
    assert not store_float16(model)
    assert model.SerializeToString() == before


@pytest.mark.parametrize("value", [np.inf, -np.inf, np.nan])
def test_weights_that_are_not_finite_stay_float32(product: Callable[..., onnx.ModelProto], value: float) -> None:
    matrix = np.ones((SIDE, 1000), np.float32)
    matrix[0, 0] = value
    assert not store_float16(product(matrix))


def test_small_models_stay_float32(product: Callable[..., onnx.ModelProto]) -> None:
    columns = MIN_MODEL_BYTES // 4 // SIDE - 2
    assert not store_float16(product(np.ones((SIDE, columns), np.float32)))
    assert store_float16(product(np.ones((SIDE, columns + 2), np.float32)))
