"""Training mode, noise and operators of other libraries are refused by name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from dtbase.system.errors import Failure


def graph(body: str, opset: int = 15, weights: str = "float[3] w = {1,1,1}") -> str:
    return f"""
    <ir_version: 8, opset_import: ["" : {opset}, "ai.onnx.contrib" : 1, "mmdeploy" : 1, "mine" : 1]>
    g (float[1,3,2,2] x) => (float[1,3,2,2] y) <{weights}> {{ {body} }}
    """


@pytest.mark.parametrize(
    ("opset", "body", "reason"),
    [
        (15, "y, m, v = BatchNormalization <training_mode=1> (x, w, w, w, w)", "training_mode=1"),
        (15, "y = BatchNormalization <training_mode=1> (x, w, w, w, w)", "training_mode=1"),
        (9, "y, m, v, sm, sv = BatchNormalization (x, w, w, w, w)", "5 outputs"),
        (13, "y = Dropout (x, r, t)", "training_mode=true"),
        (13, "t2 = Constant <value = bool {1}> () y = Dropout (x, r, t2)", "training_mode=true"),
        (
            13,
            "s = ReduceMax <keepdims=0> (x) t3 = Cast <to=9> (s) y = Dropout (x, r, t3)",
            "its training_mode is computed",
        ),
    ],
)
def test_training_mode_is_refused(convert_model: Callable[..., Path], opset: int, body: str, reason: str) -> None:
    weights = "float[3] w = {1,1,1}, float r = {0.5}, bool t = {1}"
    with pytest.raises(Failure, match=r"(BatchNormalization|Dropout) runs in training mode") as failure:
        convert_model(graph(body, opset, weights))
    assert reason in failure.value.what
    assert "model.eval()" in failure.value.fix


def test_training_mode_in_a_branch_is_refused(convert_model: Callable[..., Path]) -> None:
    branch = "(float[1,3,2,2] z) { z = BatchNormalization <training_mode=1> (x, w, w, w, w) }"
    other = "(float[1,3,2,2] z2) { z2 = Relu (x) }"
    branches = f"then_branch = t () => {branch}, else_branch = e () => {other}"
    body = f"c = Constant <value = bool {{1}}> () y = If (c) <{branches}>"
    with pytest.raises(Failure, match="BatchNormalization runs in training mode"):
        convert_model(graph(body))


def test_noise_is_refused_unless_it_has_a_seed(convert_model: Callable[..., Path]) -> None:
    with pytest.raises(Failure, match="RandomNormalLike adds noise without a seed: its output differs from run to run"):
        convert_model(graph("n = RandomNormalLike (x) y = Add (x, n)"))
    assert convert_model(graph("n = RandomNormalLike <seed=1.0> (x) y = Add (x, n)")).is_file()


@pytest.mark.parametrize(
    ("name", "hint"),
    [("ai.onnx.contrib.Blur", "Extensions"), ("mmdeploy.Grid", "MMDeploy"), ("mine.Magic", "ONNX standard")],
)
def test_operators_of_other_libraries_are_named(convert_model: Callable[..., Path], name: str, hint: str) -> None:
    domain, _, operator = name.rpartition(".")
    with pytest.raises(Failure, match=f"operators that ONNX Runtime does not have: {domain}::{operator}") as failure:
        convert_model(graph(f"y = {name} (x)"))
    assert hint in failure.value.fix
