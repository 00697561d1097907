"""Mutated ONNX files, made from real ones; the same number gives the same file."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

import onnx

TYPES = (0, 1, 2, 7, 8, 9, 10, 11, 14, 16, 17, 21, 22, 23, 99)
VERSIONS = (-1, 0, 1, 3, 5, 6, 7, 12, 20, 21, 23, 25, 26, 99, 1 << 40)
OPERATORS = (
    "",
    "Foo",
    "If",
    "Loop",
    "Constant",
    "Dropout",
    "BatchNormalization",
    "Reshape",
    "Cast",
    "PRelu",
    "Upsample",
)
DOMAINS = ("", "ai.onnx", "com.microsoft", "x", "ai.onnx.ml")
Change = Callable[[random.Random, onnx.ModelProto], object]


def mutated_graph(number: int, files: Sequence[bytes]) -> bytes:
    """The mutated file with a number: changed bytes, or a changed field of the graph."""
    chance = random.Random(number)  # noqa: S311 -- mutations have to come again
    data = chance.choice(files)
    return _changed_bytes(chance, data) if number % 2 else _changed_field(chance, data)


def _changed_bytes(chance: random.Random, data: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 4, 8))):
        at, kind = chance.randrange(len(changed) + 1), chance.randrange(5)
        if kind < 2:
            changed[at : at + 1] = bytes([chance.randrange(256)])
        elif kind == 2:
            del changed[at : at + chance.randint(1, 30)]
        elif kind == 3:
            start = chance.randrange(len(changed) + 1)
            changed[at:at] = changed[start : start + chance.randint(1, 60)]
        else:
            del changed[max(at, 1) :]
    return bytes(changed)


def _changed_field(chance: random.Random, data: bytes) -> bytes:
    model = onnx.load_from_string(data)
    change = chance.choice(_CHANGES)
    if model.graph.node and model.graph.input and model.opset_import:
        change(chance, model)
    return bytes(model.SerializeToString())


def _node(chance: random.Random, model: onnx.ModelProto) -> onnx.NodeProto:
    return chance.choice(list(model.graph.node))


def _without_outputs(chance: random.Random, model: onnx.ModelProto) -> None:
    del _node(chance, model).output[:]


def _without_inputs(chance: random.Random, model: onnx.ModelProto) -> None:
    del _node(chance, model).input[:]


def _dimension(chance: random.Random, model: onnx.ModelProto) -> None:
    for dim in model.graph.input[0].type.tensor_type.shape.dim:
        dim.dim_value = chance.choice((-1, 0, 2, 7, 1 << 40))


def _weight_type(chance: random.Random, model: onnx.ModelProto) -> None:
    for tensor in model.graph.initializer:
        tensor.data_type = chance.choice(TYPES)


_CHANGES: tuple[Change, ...] = (
    lambda chance, model: setattr(_node(chance, model), "op_type", chance.choice(OPERATORS)),
    lambda chance, model: setattr(_node(chance, model), "domain", chance.choice(DOMAINS)),
    lambda chance, model: setattr(model.graph.input[0].type.tensor_type, "elem_type", chance.choice(TYPES)),
    lambda chance, model: setattr(model.opset_import[0], "version", chance.choice(VERSIONS)),
    lambda chance, model: setattr(model, "ir_version", chance.choice((0, 1, 2, 3, 13, 99))),
    lambda chance, model: model.graph.node.append(_node(chance, model)),
    _without_outputs,
    _without_inputs,
    _dimension,
    _weight_type,
)
