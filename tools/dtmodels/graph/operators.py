"""The operators a graph may use: those every provider of ONNX Runtime that darktable offers can compute.

Read in ONNX Runtime's own tables on 21 November 2026: `docs/OperatorKernels.md` at 001d12d2623f for the CPU, CUDA and
DirectML, `tools/ci_build/github/apple/coreml_supported_mlprogram_ops.md` at 04f568d869ec for CoreML. OpenVINO and
MIGraphX publish no such table there. A provider gives single operators it lacks back to the CPU, at the price of
copying; so a graph still runs, slower.
"""

from __future__ import annotations

from collections.abc import Iterator

import onnx

from dtbase.system.errors import Failure

SUPPORTED_EVERYWHERE = frozenset(
    """
    Abs Add And ArgMax AveragePool BatchNormalization Cast Ceil Clip Concat Constant ConstantOfShape Conv
    ConvTranspose Cos CumSum DepthToSpace Div Einsum Elu Equal Erf Exp Expand Flatten Floor Gather GatherElements
    GatherND Gemm GlobalAveragePool GlobalMaxPool Greater GreaterOrEqual GridSample HardSigmoid Identity
    InstanceNormalization LayerNormalization LeakyRelu Less LessOrEqual Log LogSoftmax MatMul Max MaxPool Min Mod Mul
    Neg Not Or PRelu Pad Pow Range Reciprocal ReduceL2 ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum Relu Reshape
    Resize Round ScatterElements ScatterND Selu Shape Sigmoid Sign Sin Slice Softmax Softplus Softsign SpaceToDepth
    Split Sqrt Squeeze Sub Sum Tanh Tile TopK Transpose Trilu Unsqueeze Where
    """.split()  # noqa: SIM905 -- a table is easier to read and to compare than ninety quoted lines
)
"""On the CPU, in CUDA and in DirectML; `Constant` needs no kernel."""
COREML = frozenset(
    """
    Add ArgMax AveragePool Cast Ceil Clip Concat Constant Conv ConvTranspose Cos DepthToSpace Div Elu Erf Exp GatherND
    Gemm GlobalAveragePool GlobalMaxPool GridSample HardSigmoid Identity InstanceNormalization LayerNormalization
    LeakyRelu MatMul Max MaxPool Mul PRelu Pow Range Reciprocal ReduceMax ReduceMean ReduceSum Relu Reshape Resize
    Round Shape Sigmoid Sin Slice Softmax Softplus Split Sqrt Squeeze Sub Tanh Tile Transpose Unsqueeze
    """.split()  # noqa: SIM905
)
"""Those of them that CoreML computes too, in its newer form, ML Program."""
UNSUPPORTED = {
    "Celu": "CUDA has none; write Elu and a scale",
    "DFT": "CUDA has none, and the CPU's is slow; write the transform as products with constant matrices",
    "Gelu": "DirectML has none, and it needs opset 20; write Erf and Mul",
    "GroupNormalization": "has no kernel of its own; write InstanceNormalization and Reshape",
    "HardSwish": "only CUDA has it; write HardSigmoid and Mul",
    "If": "a branch cannot be compiled by any accelerator; compute both and blend",
    "Loop": "DirectML has none, and no accelerator compiles a loop; unroll it",
    "Mish": "nobody has a kernel of its own; write Softplus, Tanh and Mul",
    "NonZero": "its output has no fixed shape, so accelerators wait for the CPU; blend with a mask",
    "Scan": "DirectML has none, and no accelerator compiles a loop; unroll it",
}
"""Operators exporters do write, that some provider lacks or cannot work well with, and what to write instead."""
COREML_CPU_FALLBACK = {
    "Abs": "threshold of an unsharp mask: one pass over an image, in a graph of twenty operators",
    "And": "compares numbers for that threshold and for the reach of a slider",
    "Equal": "compares point labels with constants: a handful of numbers",
    "Gather": "picks tokens, or entries of small tables",
    "GreaterOrEqual": "as And",
    "Less": "as And",
    "LessOrEqual": "as And",
    "Min": "as And",
    "Pad": "reflection, or windows of an attention: there is no other operator for it; the CPU computes it in place",
    "Sign": "as Abs",
}
"""Operators of our networks that CoreML leaves to the CPU, and why they may stay. Of those it has, it also leaves
ConvTranspose to the CPU where the output padding is not the default, as in one network for filling holes."""
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
    if lacking := sorted(names - SUPPORTED_EVERYWHERE):
        fix = "; ".join(f"{name}: {UNSUPPORTED[name]}" for name in lacking if name in UNSUPPORTED)
        what = f"uses operators that not every provider of ONNX Runtime has: {', '.join(lacking)}"
        raise Failure(what, where=where, fix=fix or "write them with plain operators")


def slow_on_coreml(model: onnx.ModelProto) -> set[str]:
    """Operators of a graph that CoreML leaves to the CPU and nobody has explained."""
    return {name for _, name in operators(model)} - COREML - set(COREML_CPU_FALLBACK)


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
