"""Read inputs, outputs, opset and external files of an ONNX file, without running it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import onnx
from onnx import TensorProto

from dtbase.system.errors import Failure
from dtmodels.findings.check_report import FileFacts, TensorFacts
from dtmodels.graph.baggage import idle_bytes
from dtmodels.graph.operators import STANDARD, float64_tensors, operators
from dtmodels.graph.walk import tensors

NAMES: dict[int, str] = {
    TensorProto.FLOAT: "float32",
    TensorProto.DOUBLE: "float64",
    TensorProto.FLOAT16: "float16",
    TensorProto.BFLOAT16: "bfloat16",
    TensorProto.UINT8: "uint8",
    TensorProto.INT8: "int8",
    TensorProto.UINT16: "uint16",
    TensorProto.INT16: "int16",
    TensorProto.UINT32: "uint32",
    TensorProto.INT32: "int32",
    TensorProto.UINT64: "uint64",
    TensorProto.INT64: "int64",
    TensorProto.BOOL: "bool",
    TensorProto.STRING: "string",
}
"""NumPy's names of element types; `bfloat16` has no NumPy type."""
BUILD_PATH = re.compile(
    rb"(?:/(?:home|root|Users|tmp|work|build|usr|opt)/[\w.\-/]{3,80}|[A-Za-z]:\\\\?Users\\[\w.\-\\]{3,80})"
)
"""Pattern of a path on the build machine; exporters leave such paths in stack traces."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """One ONNX file."""

    path: Path
    opset: int
    """Version of the standard opset; 0 when the file imports none."""
    ir: int
    inputs: tuple[TensorFacts, ...]
    """Inputs the caller must pass; initializers that older files also list as inputs are left out."""
    outputs: tuple[TensorFacts, ...]
    """Outputs with their declared shapes."""
    resolved: tuple[TensorFacts, ...]
    """Outputs after shape inference: symbolic dimensions that follow from the graph are numbers, as in ONNX Runtime."""
    domains: tuple[str, ...]
    """Operator domains other than the standard one."""
    external: tuple[str, ...]
    """Files next to this one that contain weights."""
    build_paths: tuple[str, ...]
    operators: frozenset[str] = frozenset()
    """Operators of the ONNX standard that it uses."""
    float64: tuple[str, ...] = ()
    """Tensors where float64 enters the graph."""
    idle_bytes: int = 0
    """Size of texts and other parts that no runtime uses."""

    @property
    def name(self) -> str:
        """File name."""
        return self.path.name

    def facts(self) -> FileFacts:
        """The facts that a report shows."""
        size = self.path.stat().st_size
        return FileFacts(
            name=self.name, bytes=size, opset=self.opset, ir=self.ir, inputs=self.inputs, outputs=self.outputs
        )


def inspect(path: Path) -> Graph:
    """Read the ONNX file `path`.

    Raises:
        Failure: not an ONNX file.
    """
    try:
        model = onnx.load(path, load_external_data=False)
    except Exception as exc:
        # protobuf raises its own exception types, which differ between its releases
        raise Failure(f"not a readable ONNX file: {exc}", where=path.name) from exc
    if not model.HasField("graph") or not model.graph.output:
        raise Failure("contains no graph with an output", where=path.name)
    weights = {tensor.name for tensor in model.graph.initializer}
    standard = [opset.version for opset in model.opset_import if opset.domain in STANDARD]
    return Graph(
        path=path,
        opset=max(standard, default=0),
        ir=model.ir_version,
        inputs=tuple(_tensor(value) for value in model.graph.input if value.name not in weights),
        outputs=tuple(_tensor(value) for value in model.graph.output),
        resolved=_resolved(model),
        domains=tuple(sorted({_text(opset.domain) for opset in model.opset_import} - STANDARD)),
        external=tuple(sorted(set(_external(model.graph)))),
        build_paths=tuple(sorted(set(_build_paths(model)))),
        operators=frozenset(_text(name) for domain, name in operators(model) if domain in STANDARD),
        float64=tuple(_text(name) for name in float64_tensors(model)),
        idle_bytes=idle_bytes(model),
    )


def _resolved(model: onnx.ModelProto) -> tuple[TensorFacts, ...]:
    declared = tuple(_tensor(value) for value in model.graph.output)
    if all(isinstance(dim, int) for tensor in declared for dim in tensor.shape):
        return declared
    try:
        inferred = onnx.shape_inference.infer_shapes(model, data_prop=True)
    except Exception:
        # dimensions that cannot be inferred stay symbolic; other code checks that the graph is valid
        return declared
    return tuple(_tensor(value) for value in inferred.graph.output)


def _tensor(value: onnx.ValueInfoProto) -> TensorFacts:
    kind = value.type.tensor_type
    if not value.type.HasField("tensor_type"):
        return TensorFacts(name=_text(value.name), dtype="no tensor", shape=())
    shape = tuple(_dimension(dim, index) for index, dim in enumerate(kind.shape.dim))
    return TensorFacts(name=_text(value.name), dtype=NAMES.get(kind.elem_type, f"type {kind.elem_type}"), shape=shape)


def _dimension(dim: onnx.TensorShapeProto.Dimension, index: int) -> int | str:
    if dim.HasField("dim_value"):
        return int(dim.dim_value)
    return _text(dim.dim_param) or f"unnamed {index}"


def _text(value: str | bytes) -> str:
    """A string of the file; protobuf returns bytes if it is not UTF-8."""
    return value.decode(errors="replace") if isinstance(value, bytes) else value


def _external(graph: onnx.GraphProto) -> Iterator[str]:
    for tensor in tensors(graph):
        if tensor.data_location == TensorProto.EXTERNAL:
            yield next((_text(entry.value) for entry in tensor.external_data if entry.key == "location"), "?")


def type_title(value: onnx.ValueInfoProto) -> str:
    """The type of a tensor for a message: `float64`, `a sequence`, `a map`."""
    kind, number = value.type.WhichOneof("value"), value.type.tensor_type.elem_type
    if kind == "tensor_type" and number in TensorProto.DataType.values():
        return NAMES.get(number, TensorProto.DataType.Name(number).lower()) if number else "of no stated type"
    titles = {"sequence_type": "a sequence", "map_type": "a map", "optional_type": "an optional value"}
    return titles.get(kind or "", "of an unknown type") if kind else "of no stated type"


def _build_paths(model: onnx.ModelProto) -> Iterator[str]:
    """Paths in documentation strings and metadata, where exporters leave them; weights are not searched."""
    texts = [model.doc_string, model.graph.doc_string]
    texts += [entry.value for entry in model.metadata_props]
    for node in model.graph.node:
        texts += [node.doc_string, *(entry.value for entry in node.metadata_props)]
    for text in texts:
        for path in BUILD_PATH.findall(_text(text).encode()):
            yield path.decode()
