"""What ONNX Runtime says of a finished graph follows a sentence with what to do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dtbase.system.errors import Failure
from dtmodels.graph.failures import LimitReached


def graph(kind: str, body: str, weights: str = "", opset: int = 17) -> str:
    return f"""
    <ir_version: 8, opset_import: ["" : {opset}, "com.microsoft" : 1]>
    g ({kind}[1,3,4,4] x) => ({kind}[1,3,4,4] y) {f"<{weights}>" if weights else ""} {{ {body} }}
    """


@pytest.mark.parametrize(
    ("model", "sentence"),
    [
        (
            graph("uint16", 'y = BitShift <direction="LEFT"> (x, x)'),
            "it has no kernel for BitShift of opset 11 with these types",
        ),
        (graph("float", "y = Reluu (x)"), "it knows no operator Reluu in opset 17"),
        (graph("float", "y = Relu <alpha=1.0> (x)"), "it knows no attribute alpha of Relu"),
        (graph("float", "y = Upsample (x, s)", "float[4] s = {1,1,1,1}"), "it no longer has Upsample in this opset"),
        (graph("float", "y = Add (x, i)", "int64[1] i = {1}"), "it finds tensors of wrong types"),
        (
            graph("float", "y = Conv <kernel_shape=[1,1]> (x, w)", "float[2,5,1,1] w = {1,1,1,1,1,1,1,1,1,1}"),
            "ONNX Runtime",
        ),
        (graph("float", "y = com.microsoft.Magic (x)"), "it knows no operator com.microsoft::Magic"),
    ],
)
def test_graph_that_onnx_runtime_rejects_is_explained(
    convert_model: Callable[..., Path], model: str, sentence: str
) -> None:
    with pytest.raises(Failure, match=r"net\.onnx: cannot be (opened|run) by ONNX Runtime") as failure:
        convert_model(model)
    assert sentence in failure.value.what
    assert "/onnxruntime_src" not in failure.value.what
    assert "opset from 7 to 20" in failure.value.fix


def test_example_that_crashes_is_followed_by_another(convert_model: Callable[..., Path]) -> None:
    assert convert_model(graph("int32", "y = Mod (x, x)")).is_file()


def test_example_outside_the_domain_is_followed_by_another(
    convert_model: Callable[..., Path], run_graph: Callable[..., list[Any]]
) -> None:
    (result,) = run_graph(convert_model(graph("float", "y = Acosh (x)")), np.full((1, 3, 4, 4), 2, np.float32))
    assert np.allclose(result, np.arccosh(2))


def test_graph_that_overflows_is_refused(convert_model: Callable[..., Path]) -> None:
    with pytest.raises(Failure, match="output 'y' has NaN or infinite values"):
        convert_model(graph("float", "y = Div (x, z)", "float z = {0}"))


def test_input_too_large_to_run_is_refused(convert_model: Callable[..., Path]) -> None:
    with pytest.raises(Failure, match="input 'x' has 3,298,534,883,328 values: too many to run it once"):
        convert_model(graph("float", "y = Relu (x)"), sizes={"x": [1, 3, 1 << 20, 1 << 20]})


@pytest.mark.parametrize(
    "body",
    [
        'y = com.microsoft.FusedConv <activation = "Relu", kernel_shape=[1,1]> (x, w)',
        "a, i = MaxPool <kernel_shape=[1,1]> (x) y = LRN <size=1> (a)",
        "q = QuantizeLinear (x, s, z) y = DequantizeLinear (q, s, z)",
        "h = Cast <to=10> (x) a = Relu (h) y = Cast <to=1> (a)",
        "y = com.microsoft.Gelu (x)",
        "d = Cast <to=11> (x) e = Exp (d) y = Cast <to=1> (e)",
    ],
)
def test_operators_that_only_the_cpu_has_are_converted(convert_model: Callable[..., Path], body: str) -> None:
    weights = "float[3,3,1,1] w = {1,0,0,0,1,0,0,0,1}, float s = {0.01}, uint8 z = {128}"
    assert convert_model(graph("float", body, weights)).is_file()


def test_constant_of_many_gigabytes_is_refused_at_once(convert_model: Callable[..., Path]) -> None:
    body = "a = ConstantOfShape (n) m = ReduceMax <keepdims=0> (a) y = Add (x, m)"
    with pytest.raises(LimitReached, match=r"net\.onnx: .*memory") as failure:
        convert_model(graph("float", body, "int64[1] n = {40000000000}"))
    assert "convert.options.sizes" in failure.value.fix
