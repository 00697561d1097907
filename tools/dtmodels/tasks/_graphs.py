"""Checks of graphs for all tasks: formats and types that each ONNX Runtime supported by darktable can load."""

from __future__ import annotations

from collections.abc import Iterator, Set

from dtmodels.findings.check_report import CheckProblem, TensorFacts, error, warning
from dtmodels.graph.inspect import Graph
from dtmodels.graph.operators import COREML, KERNELS, PROVIDERS, REPLACEMENTS, Provider

MAX_OPSET = 20
"""darktable's own limit, for the oldest ONNX Runtime that it accepts."""
MAX_IR = 10
"""Newest file format that ONNX Runtime 1.18 to 1.20 read."""
PASSABLE = {"float32", "float16", "uint8", "int8", "int32", "int64"}
"""Element types that darktable's tensors can have."""
MAX_IDLE_BYTES = 256 << 10
"""Usual limit of documentation and metadata; exporters leave a few kilobytes."""
OLD_RUNTIME = "darktable accepts ONNX Runtime 1.18 or later, and the user's may be that old"


def check_graph(graph: Graph) -> Iterator[CheckProblem]:
    """Check versions, element types, external data and traces of the build machine."""
    where = graph.name
    if graph.opset > MAX_OPSET:
        what = f"opset {graph.opset} is above {MAX_OPSET}, the newest darktable relies on"
        yield error("graph.opset", where, what, f"export with opset {MAX_OPSET} or lower", reason=OLD_RUNTIME)
    if graph.ir > MAX_IR:
        what = f"file format IR {graph.ir} is above {MAX_IR}: ONNX Runtime 1.18 to 1.20 cannot load it"
        yield error("graph.ir", where, what, f"save with ir_version {MAX_IR}", reason=OLD_RUNTIME)
    for name in graph.external:
        missing = not (graph.path.parent / name).is_file()
        what = f"has weights in another file, {name}" + (", which is missing: it does not load" if missing else "")
        reason = "" if missing else "a second file can get lost, and not every ONNX Runtime finds it"
        yield error("graph.external-data", where, what, "save as a single file", reason=reason)
    for tensor in graph.inputs:
        if tensor.dtype not in PASSABLE:
            what = f"input {tensor.name} is {tensor.dtype}, a type darktable does not know: it crashes"
            yield error("graph.input-type", where, what, "make it float32")
    for tensor in graph.outputs:
        if tensor.dtype not in PASSABLE:
            what = f"output {tensor.name} is {tensor.dtype}, a type darktable does not know: it rejects the file"
            yield error("graph.output-type", where, what, "make it float32")
    for domain in graph.domains:
        what = f"uses operators of {domain}, which an accelerated ONNX Runtime may lack"
        yield warning("graph.domain", where, what, "export with standard operators")
    yield from _check_providers(graph)
    if graph.idle_bytes > MAX_IDLE_BYTES:
        what = f"holds {graph.idle_bytes:,} bytes of documentation, metadata or unknown fields, which nothing reads"
        yield warning("graph.baggage", where, what, "strip documentation and metadata")
    for path in graph.build_paths[:3]:
        yield warning(
            "graph.build-path",
            where,
            f"contains a path of the build machine: {path}",
            "strip documentation and metadata",
        )


def _check_providers(graph: Graph) -> Iterator[CheckProblem]:
    """Check element types and operators against the table of execution providers."""
    if graph.float64:
        effects = "; ".join(f"{provider.name}: {provider.float64}" for provider in PROVIDERS)
        what = f"computes in float64, from {', '.join(graph.float64[:3])} on. {effects}"
        yield warning("graph.float64", graph.name, what, "compute in float32")
    yield from _check_operators(graph.name, KERNELS, graph.operators)
    yield from check_provider(graph, COREML)


def check_provider(graph: Graph, provider: Provider) -> Iterator[CheckProblem]:
    """Check the operators of a graph against those of an execution provider, except what others lack, too."""
    yield from _check_operators(graph.name, provider, graph.operators & KERNELS.operators)


def _check_operators(where: str, provider: Provider, operators: Set[str]) -> Iterator[CheckProblem]:
    if lacks := sorted(provider.lacks(operators)):
        what = f"uses {', '.join(lacks)}, which {provider.name} lacks: {provider.missing_operator}"
        fixes = [f"{name}: {REPLACEMENTS[name]}" for name in lacks if name in REPLACEMENTS]
        fix = "; ".join(fixes) or "express it with other operators, or accept that it is slower there"
        yield warning("graph.provider", where, what, fix)


def check_inputs_float(graph: Graph) -> Iterator[CheckProblem]:
    """Check input types: darktable's C code passes float32, and converts to float16 at most."""
    for tensor in graph.inputs:
        if tensor.dtype == "float16":
            what = f"input {tensor.name} is float16: darktable truncates values to it, without rounding"
            yield warning("graph.input-type", graph.name, what, "take float32 and cast inside the graph")
        elif tensor.dtype in PASSABLE - {"float32"}:
            what = f"input {tensor.name} is {tensor.dtype}, darktable passes float32: every run fails"
            yield error("graph.input-type", graph.name, what, "make it float32")


def check_outputs_float(graph: Graph) -> Iterator[CheckProblem]:
    """Check output types: darktable's C code expects float32, and copies float16 without a size check."""
    for tensor in graph.outputs:
        if tensor.dtype == "float16":
            what = f"output {tensor.name} is float16: darktable copies it without checking its size"
            reason = "one element too many overwrites other memory, and darktable crashes"
            yield error("graph.output-type", graph.name, what, "cast to float32 inside the graph", reason=reason)
        elif tensor.dtype in PASSABLE - {"float32"}:
            what = f"output {tensor.name} is {tensor.dtype}, darktable expects float32: every run fails"
            yield error("graph.output-type", graph.name, what, "make it float32")


def check_counts(graph: Graph, inputs: tuple[int, ...], outputs: tuple[int, ...]) -> Iterator[CheckProblem]:
    """Check the numbers of inputs and outputs against those of the task's code."""
    for kind, count, allowed in (("inputs", len(graph.inputs), inputs), ("outputs", len(graph.outputs), outputs)):
        if count not in allowed:
            expected = " or ".join(str(number) for number in allowed)
            what = f"has {count} {kind}, darktable passes {expected}: every run fails"
            yield error(f"graph.{kind}", graph.name, what, f"export with {expected} {kind}")


def is_static(tensor: TensorFacts) -> bool:
    """True if all dimensions are positive integers."""
    return all(isinstance(dim, int) and dim > 0 for dim in tensor.shape)


def shape_text(shape: tuple[int | str, ...]) -> str:
    """A shape for a message: `1 x 3 x height x width`."""
    return " x ".join(str(dim) for dim in shape) or "a scalar"
