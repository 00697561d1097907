"""Make an ONNX file fit to publish: the same bytes from every machine, and nothing about the one that built it."""

from __future__ import annotations

from pathlib import Path

import onnx

from dtbase.system.errors import Failure
from dtbase.system.files import replacing
from dtmodels.graph.float16_storage import store_float16
from dtmodels.graph.operators import check_operators

MAX_OPSET = 20
"""Newest opset that every ONNX Runtime darktable accepts can run."""
IR_VERSION = 10
"""Newest file format that ONNX Runtime 1.18 to 1.20 read; darktable may meet those on a user's machine."""
MAX_BYTES = 2_000_000_000
"""Protobuf cannot hold more in one file, and a release asset must stay below 2 GiB."""


def normalise(source: Path, target: Path, *, half: bool = False) -> None:
    """Rewrite the ONNX file `source` as `target`: one file, no build paths, deterministic bytes.

    Names of inputs, outputs, initializers and the model's own metadata stay; documentation strings, per-node
    metadata (exporters leave stack traces there) and inferred shapes go.

    Args:
        source: the file as an exporter or an author wrote it.
        target: the file to publish.
        half: store large weights as float16.

    Raises:
        Failure: not a valid ONNX model, an opset above 20, an operator some provider lacks, or too large for
            one file.
    """
    try:
        model = onnx.load(source)
    except Exception as exc:
        raise Failure(f"not a readable ONNX file: {exc}", where=source.name) from exc
    _check_opset(model, source.name)
    check_operators(model, source.name)
    if half:
        store_float16(model)
    _forget_the_builder(model)
    model.ir_version = min(model.ir_version, IR_VERSION)
    data = model.SerializeToString(deterministic=True)
    if len(data) > MAX_BYTES:
        raise Failure(f"{len(data):,} bytes are too many for one file", where=source.name, fix="store weights as half")
    with replacing(target) as part:
        part.write_bytes(data)
        del model, data  # checking needs room for two more copies of the weights
        _check_rules(part, source.name)


def _check_rules(path: Path, where: str) -> None:
    try:
        onnx.checker.check_model(path, full_check=True)
    except (onnx.checker.ValidationError, onnx.shape_inference.InferenceError) as exc:
        raise Failure(f"not a valid ONNX model: {exc}", where=where) from exc


def _check_opset(model: onnx.ModelProto, where: str) -> None:
    for used in model.opset_import:
        if used.domain in {"", "ai.onnx"} and used.version > MAX_OPSET:
            raise Failure(
                f"opset {used.version} is above {MAX_OPSET}, the newest that darktable can rely on",
                where=where,
                fix=f"export with opset {MAX_OPSET} or lower",
            )


def _forget_the_builder(model: onnx.ModelProto) -> None:
    model.producer_name = "dtmodels"
    model.producer_version = ""
    model.doc_string = ""
    metadata = sorted((entry.key, entry.value) for entry in model.metadata_props)
    del model.metadata_props[:]
    onnx.helper.set_model_props(model, dict(metadata))
    for graph in [model.graph, *model.functions]:
        _forget_in_graph(graph)


def _forget_in_graph(graph: onnx.GraphProto | onnx.FunctionProto) -> None:
    graph.doc_string = ""
    del graph.metadata_props[:]
    del graph.value_info[:]
    for node in graph.node:
        node.doc_string = ""
        del node.metadata_props[:]
        for attribute in node.attribute:
            attribute.doc_string = ""
            for inner in [attribute.g, *attribute.graphs] if attribute.HasField("g") else attribute.graphs:
                _forget_in_graph(inner)
    if isinstance(graph, onnx.GraphProto):
        for value in [*graph.input, *graph.output]:
            value.doc_string = ""
            del value.metadata_props[:]
        for tensor in graph.initializer:
            tensor.doc_string = ""
            del tensor.metadata_props[:]
