"""Bytes of a graph that no runtime uses are counted, wherever they are."""

from __future__ import annotations

from collections.abc import Callable

import onnx
import pytest
from onnx import helper

from dtmodels.graph.baggage import idle_bytes


@pytest.fixture
def model(make_denoiser: Callable[..., onnx.ModelProto]) -> onnx.ModelProto:
    return make_denoiser()


def test_plain_graph_has_none(model: onnx.ModelProto) -> None:
    assert idle_bytes(model) == 0


def test_texts_of_every_part_are_counted(model: onnx.ModelProto) -> None:
    model.doc_string = "1234567"
    model.graph.node[0].doc_string = "é"
    model.graph.input[0].doc_string = "abc"
    model.graph.initializer[0].doc_string = "abcd"
    inner = helper.make_graph([helper.make_node("Identity", ["a"], ["b"])], "inner", [], [], doc_string="x" * 100)
    model.graph.node.append(helper.make_node("If", ["c"], ["d"], then_branch=inner, else_branch=inner))
    assert idle_bytes(model) == 7 + 2 + 3 + 4 + 200


def test_metadata_and_training_are_counted(model: onnx.ModelProto) -> None:
    model.metadata_props.add(key="k", value="v" * 1000)
    model.training_info.add().algorithm.name = "t" * 500
    assert 1500 < idle_bytes(model) < 1530


def test_unknown_fields_are_counted(model: onnx.ModelProto) -> None:
    field = bytes([0b11111010, 0x3E, 100]) + b"z" * 100
    assert idle_bytes(onnx.load_from_string(model.SerializeToString() + field)) == 100
