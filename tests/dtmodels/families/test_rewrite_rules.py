"""Tests of the exporter's rewrite rules: the same graph, in fewer attempts."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

import onnx
import onnx.parser
import onnx_ir
import pytest
from onnxscript import rewriter
from onnxscript.rewriter._matcher import SimplePatternMatcher

from dtmodels.families._rewrite_rules import quick_rules

HALVES = """
<ir_version: 8, opset_import: ["" : 18]>
halves (float[1, 4, 8] x) => (float[1, 4, 8] y)
<int64[1] zero = {0}, int64[1] middle = {4}, int64[1] end = {8}, int64[1] axis = {2}>
{
    first = Slice(x, zero, middle, axis)
    second = Slice(x, middle, end, axis)
    scaled = Mul(first, second)
    y = Concat<axis = 2>(scaled, second)
}
"""
"""Two slices of one tensor, which a rule for two outputs looks for."""


@pytest.fixture
def operators() -> Callable[[AbstractContextManager[None]], list[str]]:
    """Operators of the rewritten graph, within a context."""

    def rewrite(context: AbstractContextManager[None]) -> list[str]:
        model = onnx.shape_inference.infer_shapes(onnx.parser.parse_model(HALVES))
        with context:
            rewritten = rewriter.rewrite(onnx_ir.from_proto(model))
        return [node.op_type for node in rewritten.graph]

    return rewrite


def test_rewritten_graph_is_the_same(operators: Callable[..., list[str]]) -> None:
    assert operators(quick_rules()) == operators(nullcontext())


def test_rules_for_several_outputs_are_tried_on_their_first_operator_only(
    operators: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[str] = []
    match = SimplePatternMatcher.match

    def record(
        self: SimplePatternMatcher, model: object, graph: object, node: onnx_ir.Node, **options: object
    ) -> object:
        if not self.pattern.has_single_output_node:
            tried.append(node.op_type)
        return match(self, model, graph, node, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(SimplePatternMatcher, "match", record)
    operators(quick_rules())
    assert set(tried) == {"Slice"}
    operators(nullcontext())
    assert set(tried) > {"Slice"}
