"""Operators and element types that a graph may use, by execution provider of ONNX Runtime: `schema/providers-v1.json`.

The table is reviewed by hand against ONNX Runtime's own lists, which it names. OpenVINO and MIGraphX publish none. The
CPU computes operators that a provider lacks. The graph still runs, but slower, because data is copied between devices.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from typing import Any

import onnx
from onnx import TensorProto

from dtbase.system.errors import Failure
from dtbase.system.shipped_files import shipped
from dtmodels.graph.walk import nodes, tensors

FILE = "providers-v1.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """One row of the table; `schema/providers-v1.schema.json` describes the fields."""

    name: str
    runs_in: str
    source: str
    read: str
    missing_operator: str
    float64: str
    operators: frozenset[str]
    left_to_cpu: Mapping[str, str]

    def lacks(self, used: Set[str]) -> Set[str]:
        """Operators that the provider leaves to the CPU and that no reviewed reason accepts."""
        return used - self.operators - set(self.left_to_cpu)


def _read() -> dict[str, Any]:
    table: dict[str, Any] = json.loads((shipped("schema") / FILE).read_bytes())
    return table


_TABLE = _read()
PROVIDERS = tuple(Provider(**{**row, "operators": frozenset(row["operators"])}) for row in _TABLE["providers"])
KERNELS, COREML, WEBGPU = PROVIDERS
"""Kernels that CPU, CUDA and DirectML share; `Constant` needs none. CoreML in its newer format, ML Program. WebGPU."""
REPLACEMENTS: Mapping[str, str] = _TABLE["replacements"]
"""Operators that exporters write and that a provider lacks or runs badly, with the replacement."""
STANDARD = {"", "ai.onnx"}


def check_operators(model: onnx.ModelProto, where: str) -> None:
    """Reject a graph with an operator that an execution provider lacks, or that is not in the ONNX standard.

    Raises:
        Failure: names the operators, and the replacement of known ones.
    """
    used = set(operators(model))
    if custom := sorted(f"{domain}::{name}" for domain, name in used if domain not in STANDARD):
        fix = "export with standard operators only"
        raise Failure(f"uses operators outside the ONNX standard: {', '.join(custom)}", where=where, fix=fix)
    names = {name for _, name in used}
    if unsupported := sorted(names - KERNELS.operators):
        fix = "; ".join(f"{name}: {REPLACEMENTS[name]}" for name in unsupported if name in REPLACEMENTS)
        what = f"uses operators that not every execution provider of ONNX Runtime supports: {', '.join(unsupported)}"
        raise Failure(what, where=where, fix=fix or "express them with supported operators")


def float64_tensors(model: onnx.ModelProto) -> tuple[str, ...]:
    """Names of the tensors where float64 enters a graph: inputs, constants, and outputs of a cast or a generator."""
    found = {value.name for value in model.graph.input if value.type.tensor_type.elem_type == TensorProto.DOUBLE}
    found |= {tensor.name or "a constant" for tensor in tensors(model.graph) if tensor.data_type == TensorProto.DOUBLE}
    for node in nodes(model):
        if any(one.name in {"to", "dtype"} and one.i == TensorProto.DOUBLE for one in node.attribute):
            found.add(node.output[0])
    return tuple(sorted(found))


def operators(model: onnx.ModelProto) -> Iterator[tuple[str, str]]:
    """Domain and name of the operator of each node, including those of subgraphs and functions."""
    local = {(function.domain, function.name) for function in model.functions}
    yield from ((node.domain, node.op_type) for node in nodes(model) if (node.domain, node.op_type) not in local)
