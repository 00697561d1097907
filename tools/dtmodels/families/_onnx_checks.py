"""Find what a finished graph must not contain, before ONNX Runtime opens it: training, noise, foreign operators."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import onnx_ir as ir

from dtbase.system.errors import Failure

RUNTIME_DOMAINS = frozenset({"", "ai.onnx", "ai.onnx.ml", "com.microsoft", "com.microsoft.nchwc"})
"""Operator domains of which ONNX Runtime's CPU build has kernels."""
FOREIGN_DOMAINS = {
    "ai.onnx.contrib": "ONNX Runtime Extensions, a library that darktable does not load",
    "ai.onnx.preview.training": "training",
    "ai.onnx.training": "training",
    "aten": "PyTorch: export it with opset 17 or later, so that no ATen operator is left",
    "com.microsoft.extensions": "ONNX Runtime Extensions, a library that darktable does not load",
    "mmdeploy": "MMDeploy: export it for ONNX Runtime without its plugin operators",
    "org.openvinotoolkit": "OpenVINO: export it without OpenVINO's extensions",
    "org.pytorch.aten": "PyTorch: export it with opset 17 or later, so that no ATen operator is left",
    "qonnx.custom_op.general": "QONNX: convert it to QuantizeLinear and DequantizeLinear (QCDQ)",
    "trt.plugins": "TensorRT: export it without its plugins",
}
"""Where operators of other libraries come from, or how to export without them, by domain."""
RANDOM = frozenset(
    {"Bernoulli", "Multinomial", "RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike"}
)
EVALUATION = "export it in evaluation mode: `model.eval()` in PyTorch, `training=False` in Keras"


def check_graph(model: ir.Model, where: str) -> None:
    """Reject missing tensors, operators of other libraries, training mode, and noise without a seed.

    Raises:
        Failure: the graph contains one of them; the message names it.
    """
    _check_domains(model, where)
    for node in nodes(model):
        if missing := [value for value in node.inputs if value is not None and _is_missing(value)]:
            what = f"is not a valid ONNX graph: {_title(node)} needs '{missing[0].name}', which nothing computes"
            raise Failure(what, where=where, fix="export it again, or ask its author to")
        if reason := _training(node, model):
            what = f"{_title(node)} runs in training mode ({reason}): results would depend on the tile and change"
            raise Failure(what, where=where, fix=EVALUATION)
        if node.op_type in RANDOM and node.domain in {"", "ai.onnx"} and "seed" not in node.attributes:
            what = f"{_title(node)} adds noise without a seed: its output differs from run to run"
            raise Failure(what, where=where, fix="export it without noise, or with a `seed` in that node")


def nodes(model: ir.Model) -> Iterator[ir.Node]:
    """All nodes of the graph, including those of subgraphs."""
    yield from ir.traversal.RecursiveGraphIterator(model.graph)


def constant(value: ir.Value | None) -> ir.TensorProtocol | None:
    """The tensor of an initializer or of a `Constant`; None if the value is computed."""
    return None if value is None else ir.convenience.get_const_tensor(value)


def _is_missing(value: ir.Value) -> bool:
    return value.producer() is None and not value.is_graph_input() and not value.is_initializer()


def _check_domains(model: ir.Model, where: str) -> None:
    foreign = {(node.domain, node.op_type) for node in nodes(model) if node.domain not in RUNTIME_DOMAINS}
    if not foreign:
        return
    names = ", ".join(sorted(f"{domain}::{name}" for domain, name in foreign))
    origins = {FOREIGN_DOMAINS[domain] for domain, _ in foreign if domain in FOREIGN_DOMAINS}
    fix = "export it with the operators of the ONNX standard" + "".join(f"; these belong to {one}" for one in origins)
    raise Failure(f"uses operators that ONNX Runtime does not have: {names}", where=where, fix=fix)


def _training(node: ir.Node, model: ir.Model) -> str:
    """Why a node runs in training mode; empty if it does not."""
    modes: dict[str, Callable[[ir.Node, int], str]] = {"BatchNormalization": _batch_mode, "Dropout": _dropout_mode}
    if node.domain not in {"", "ai.onnx"} or node.op_type not in modes:
        return ""
    return modes[node.op_type](node, model.opset_imports.get("", 1))


def _batch_mode(node: ir.Node, opset: int) -> str:
    if opset >= 14:
        return "training_mode=1" if _integer(node, "training_mode") else ""
    returned = [value for value in node.outputs if value.name]
    used = [value for value in returned[1:] if value.uses() or value.is_graph_output()]
    if opset < 7:
        return "is_test=0" if not _integer(node, "is_test") and (used or "is_test" in node.attributes) else ""
    return f"{len(returned)} outputs" if len(returned) > 1 else ""


def _dropout_mode(node: ir.Node, opset: int) -> str:
    if opset < 12 or len(node.inputs) < 3 or node.inputs[2] is None:
        return ""
    mode = constant(node.inputs[2])
    if mode is None:
        return "its training_mode is computed"
    return "training_mode=true" if mode.numpy().any() else ""


def _integer(node: ir.Node, name: str) -> int:
    return node.attributes[name].as_int() if name in node.attributes else 0


def _title(node: ir.Node) -> str:
    return f"{node.op_type} '{node.name}'" if node.name else node.op_type
