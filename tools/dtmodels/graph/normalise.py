"""Make an ONNX file publishable: one file, bit-identical on every machine, without traces of the build machine."""

from __future__ import annotations

from pathlib import Path

import onnx

from dtbase.system.errors import Failure
from dtbase.system.files import atomic_file
from dtmodels.graph.float16_storage import store_float16
from dtmodels.graph.operators import check_operators

MAX_OPSET = 20
"""Newest opset that all ONNX Runtime versions supported by darktable can run."""
IR_VERSION = 10
"""Newest file format that ONNX Runtime 1.18 to 1.20 read; darktable may find those on a user's machine."""
MAX_BYTES = 2_000_000_000
"""Maximum file size: protobuf allows no more in one file, and a release asset must stay below 2 GiB."""


def normalise(source: Path, target: Path, *, half: bool = False, finished: bool = False) -> None:
    """Rewrite the ONNX file `source` as `target`: one file, no build paths, deterministic bytes.

    Names of inputs, outputs, nodes and initializers stay, and so does the model's own metadata. Documentation strings,
    per-node metadata (exporters leave stack traces there) and inferred shapes are removed.

    Args:
        source: the file as an exporter or an author wrote it.
        target: the file to publish.
        half: store large weights as float16.
        finished: the graph is another author's file, and ONNX Runtime opens it. Then it may have operators that only
            the CPU supports, and may fail the checker of the onnx library, which is stricter.

    Raises:
        Failure: the file is no valid ONNX model, has an opset above 20 or an operator that an execution provider lacks,
            or is too large for one file.
    """
    try:
        model = onnx.load(source)
    except Exception as exc:
        raise Failure(f"not a readable ONNX file: {exc}", where=source.name) from exc
    _check_opset(model, source.name)
    if not finished:
        check_operators(model, source.name)
    if half:
        store_float16(model)
    _strip_build_traces(model)
    model.ir_version = min(model.ir_version, IR_VERSION)
    data = model.SerializeToString(deterministic=True)
    if len(data) > MAX_BYTES:
        raise Failure(
            f"{len(data):,} bytes are more than the {MAX_BYTES:,} that fit in one file",
            where=source.name,
            fix="store weights as half",
        )
    with atomic_file(target) as part:
        part.write_bytes(data)
        del model, data  # the check needs memory for two more copies of the weights
        if not finished:
            _check_model(part, source.name)


def _check_model(path: Path, where: str) -> None:
    try:
        onnx.checker.check_model(path, full_check=True)
    except (onnx.checker.ValidationError, onnx.shape_inference.InferenceError) as exc:
        raise Failure(f"not a valid ONNX model: {exc}", where=where) from exc


def _check_opset(model: onnx.ModelProto, where: str) -> None:
    for opset in model.opset_import:
        if opset.domain in {"", "ai.onnx"} and opset.version > MAX_OPSET:
            raise Failure(
                f"opset {opset.version} is above {MAX_OPSET}, the newest that darktable can rely on",
                where=where,
                fix=f"export with opset {MAX_OPSET} or lower",
            )


def _strip_build_traces(model: onnx.ModelProto) -> None:
    model.producer_name = "dtmodels"
    model.producer_version = ""
    model.doc_string = ""
    metadata = sorted((entry.key, entry.value) for entry in model.metadata_props)
    del model.metadata_props[:]
    onnx.helper.set_model_props(model, dict(metadata))
    for graph in [model.graph, *model.functions]:
        _strip_graph(graph)


def _strip_graph(graph: onnx.GraphProto | onnx.FunctionProto) -> None:
    graph.doc_string = ""
    del graph.metadata_props[:]
    del graph.value_info[:]
    for node in graph.node:
        node.doc_string = ""
        del node.metadata_props[:]
        for attribute in node.attribute:
            attribute.doc_string = ""
            for inner in [attribute.g, *attribute.graphs] if attribute.HasField("g") else attribute.graphs:
                _strip_graph(inner)
    if isinstance(graph, onnx.GraphProto):
        for value in [*graph.input, *graph.output]:
            value.doc_string = ""
            del value.metadata_props[:]
        for tensor in graph.initializer:
            tensor.doc_string = ""
            del tensor.metadata_props[:]
