"""Convert a finished graph to an opset that ONNX Runtime and darktable support."""

from __future__ import annotations

import re
from collections.abc import Iterable

import onnx
from onnx.defs import SchemaError, get_schema
from onnx.inliner import inline_selected_functions
from onnx.version_converter import convert_version

from dtbase.system.errors import Failure
from dtmodels.families._onnx_old_opset import OLDEST, convert_old
from dtmodels.graph.normalise import MAX_OPSET
from dtmodels.graph.operators import operators
from dtmodels.graph.walk import graphs

HIDDEN = "hidden.from.the.converter"


def convert_opset(model: onnx.ModelProto, where: str) -> onnx.ModelProto:
    """Convert an opset below 7 or above 20; other graphs are returned unchanged.

    An operator that is newer than opset 20 is first replaced by its definition, if the ONNX standard gives one.

    Raises:
        Failure: the opset cannot be converted.
    """
    version = next((opset.version for opset in model.opset_import if not opset.domain), OLDEST)
    if version < OLDEST:
        convert_old(model, where)
    if version <= MAX_OPSET:
        return model
    try:
        return _converted(_expanded(model, _newer_operators(model, version)))
    except Exception as exc:
        # the converter raises RuntimeErrors and protobuf's own exception types
        what = f"opset {version} is above {MAX_OPSET}, and cannot be converted ({_reason(exc, model, version)})"
        raise Failure(what, where=where, fix=f"export with an opset from {OLDEST} to {MAX_OPSET}") from exc


def _converted(model: onnx.ModelProto) -> onnx.ModelProto:
    """Convert to opset 20.

    An operator that the converter does not know is replaced by its definition. If it has none, its newer version
    usually only takes more types, and it stays as it is; the parity check finds whether it computes the same.
    """
    expanded, hidden = set[str](), set[str]()
    while True:
        try:
            return _moved(convert_version(_moved(model, hidden, "", HIDDEN), MAX_OPSET), hidden, HIDDEN, "")
        except Exception as exc:
            match = re.search(r"No Adapter From Version \$?\d+ for (\w+)", str(exc))
            if match is None or match[1] in hidden:
                raise
            if match[1] in expanded:
                hidden.add(match[1])
            else:
                model, expanded = _expanded(model, [match[1]]), expanded | {match[1]}


def _expanded(model: onnx.ModelProto, names: Iterable[str]) -> onnx.ModelProto:
    """The model with operators replaced by their definitions in the ONNX standard, where there are any."""
    wanted = set(names)
    version = next(opset.version for opset in model.opset_import if not opset.domain)
    for node in (node for graph in graphs(model.graph) for node in graph.node):
        if node.op_type in wanted and not node.domain and (schema := _schema(node.op_type, version)) is not None:
            stated = {attribute.name for attribute in node.attribute}  # the library forgets to fill in defaults
            defaults = [attribute.default_value for attribute in schema.attributes.values()]
            node.attribute.extend(one for one in defaults if one.name and one.name not in stated)
    functions = [("", name) for name in sorted(wanted)]
    return inline_selected_functions(model, functions, inline_schema_functions=True) if functions else model


def _moved(model: onnx.ModelProto, names: set[str], old: str, new: str) -> onnx.ModelProto:
    """The model with operators of the given names moved from a domain to another."""
    if not names:
        return model
    moved = onnx.ModelProto()
    moved.CopyFrom(model)
    for graph in graphs(moved.graph):
        for node in graph.node:
            if node.op_type in names and node.domain == old:
                node.domain = new
    imports = [opset for opset in moved.opset_import if opset.domain != HIDDEN]
    del moved.opset_import[:]
    moved.opset_import.extend([*imports, *([onnx.helper.make_opsetid(new, 1)] if new else [])])
    return moved


def _newer_operators(model: onnx.ModelProto, version: int) -> list[str]:
    names = {name for domain, name in operators(model) if not domain}
    return sorted(name for name in names if _schema(name, version) is not None and _schema(name, MAX_OPSET) is None)


def _schema(name: str, version: int) -> onnx.defs.OpSchema | None:
    try:
        return get_schema(name, version)
    except SchemaError:
        return None


def _reason(exc: Exception, model: onnx.ModelProto, version: int) -> str:
    names = {name for domain, name in operators(model) if not domain}
    if unknown := sorted(name for name in names if _schema(name, version) is None):
        return f"{', '.join(unknown)}: unknown in that opset"
    if newer := _newer_operators(model, version):
        return f"{', '.join(newer)}: new since opset {MAX_OPSET}"
    return " ".join(str(exc).rpartition("failed:")[2].split())[:160]
