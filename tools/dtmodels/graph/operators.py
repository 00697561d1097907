"""The operators a graph may use: those every provider of ONNX Runtime that darktable offers can compute.

The tables are ONNX Runtime's own: `docs/OperatorKernels.md` (CPU, CUDA, DirectML) and
`tools/ci_build/github/apple/coreml_supported_mlprogram_ops.md` (CoreML). A provider gives single operators it lacks
back to the CPU, at the price of copying; so a graph still runs, slower.
"""

from __future__ import annotations

from collections.abc import Iterator

import onnx

from dtbase.errors import Failure

EVERYWHERE = frozenset(
    """
    Abs Add And ArgMax AveragePool BatchNormalization Cast Ceil Clip Concat Constant ConstantOfShape Conv
    ConvTranspose Cos DepthToSpace Div Elu Equal Erf Exp Expand Flatten Floor Gather GatherElements Gemm
    GlobalAveragePool GlobalMaxPool Greater GreaterOrEqual HardSigmoid HardSwish Identity InstanceNormalization
    LayerNormalization LeakyRelu Less LessOrEqual Log LogSoftmax MatMul Max MaxPool Min Mod Mul Neg Not Or PRelu Pad
    Pow Range Reciprocal ReduceL2 ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum Relu Reshape Resize Round Shape
    Sigmoid Sign Sin Slice Softmax Softplus SpaceToDepth Split Sqrt Squeeze Sub Sum Tanh Tile Transpose Unsqueeze
    Where
    """.split()  # noqa: SIM905 -- a table is easier to read and to compare than ninety quoted lines
)
"""On the CPU, in CUDA and in DirectML."""
LACKING = {
    "Celu": "neither CUDA nor DirectML has it; write Elu and a scale",
    "DFT": "CUDA has none, and the CPU's is slow; write the transform as products with constant matrices",
    "Einsum": "CoreML and DirectML lack parts of it; write MatMul and Transpose",
    "Gelu": "needs operator set 20, and CoreML lacks it; write Erf and Mul",
    "GridSample": "DirectML and CoreML lack parts of it",
    "GroupNormalization": "has no kernel of its own; write InstanceNormalization and Reshape",
    "If": "a branch cannot be compiled by any accelerator; compute both and blend",
    "Loop": "a loop cannot be compiled by any accelerator; unroll it",
    "Mish": "CUDA has none; write Softplus, Tanh and Mul",
    "NonZero": "its output has no fixed shape, so accelerators wait for the CPU; blend with a mask",
    "Scan": "a loop cannot be compiled by any accelerator; unroll it",
}
"""Operators exporters do write and a plain form exists for."""
COREML_GIVES_BACK = {
    "BatchNormalization": "computed there, but only with constant parameters, which ours are",
    "ConvTranspose": "only with default output padding there; the one network that has another runs partly on the CPU",
    "Equal": "compares point labels with constants: a handful of numbers",
    "Expand": "works on shapes or on a handful of points",
    "Floor": "shape arithmetic",
    "Gather": "works on shapes or on a handful of tokens",
    "Mod": "shape arithmetic",
    "Pad": "reflection, or windows of an attention: there is no other operator for it; the CPU computes it in place",
    "ReduceL2": "one number for each channel",
    "Where": "works on a handful of points",
}
"""Operators that CoreML leaves to the CPU, and why a graph may use them nevertheless."""
STANDARD = {"", "ai.onnx"}


def check_operators(model: onnx.ModelProto, where: str) -> None:
    """Refuse a graph with an operator that a provider of ONNX Runtime lacks, or that is not of the standard.

    Raises:
        Failure: names the operators, and for known ones what to write instead.
    """
    used = set(operators(model))
    if custom := sorted(f"{domain}::{name}" for domain, name in used if domain not in STANDARD):
        fix = "export with standard operators only"
        raise Failure(f"uses operators outside the ONNX standard: {', '.join(custom)}", where=where, fix=fix)
    names = {name for _, name in used}
    if lacking := sorted(names - EVERYWHERE):
        fix = "; ".join(f"{name}: {LACKING[name]}" for name in lacking if name in LACKING)
        what = f"uses operators that not every provider of ONNX Runtime has: {', '.join(lacking)}"
        raise Failure(what, where=where, fix=fix or "write them with plain operators")


def operators(model: onnx.ModelProto) -> Iterator[tuple[str, str]]:
    """Domain and name of the operator of every node, in subgraphs and functions too."""
    local = {(function.domain, function.name) for function in model.functions}
    for body in [model.graph, *model.functions]:
        yield from (used for used in _operators(body) if used not in local)


def _operators(body: onnx.GraphProto | onnx.FunctionProto) -> Iterator[tuple[str, str]]:
    for node in body.node:
        yield node.domain, node.op_type
        for attribute in node.attribute:
            for inner in [attribute.g, *attribute.graphs] if attribute.HasField("g") else attribute.graphs:
                yield from _operators(inner)
