"""Operators that a graph may use: those that all execution providers of ONNX Runtime in darktable support.

The lists were read from ONNX Runtime's own tables on 21 November 2026: `docs/OperatorKernels.md` at 001d12d2623f for
the CPU, CUDA and DirectML, `tools/ci_build/github/apple/coreml_supported_mlprogram_ops.md` at 04f568d869ec for CoreML.
OpenVINO and MIGraphX publish no such table there. The CPU computes operators that a provider lacks. The graph still
runs, but slower, because data is copied between the devices.
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
"""Operators of the CPU, CUDA and DirectML execution providers; `Constant` needs no kernel."""
COREML = frozenset(
    """
    Add ArgMax AveragePool Cast Ceil Clip Concat Constant Conv ConvTranspose Cos DepthToSpace Div Elu Erf Exp GatherND
    Gemm GlobalAveragePool GlobalMaxPool GridSample HardSigmoid Identity InstanceNormalization LayerNormalization
    LeakyRelu MatMul Max MaxPool Mul PRelu Pow Range Reciprocal ReduceMax ReduceMean ReduceSum Relu Reshape Resize
    Round Shape Sigmoid Sin Slice Softmax Softplus Split Sqrt Squeeze Sub Tanh Tile Transpose Unsqueeze
    """.split()  # noqa: SIM905
)
"""Operators that the CoreML execution provider also supports, in its newer format, ML Program."""
UNSUPPORTED = {
    "Celu": "CUDA has no kernel; use Elu and a scale",
    "DFT": "CUDA has no kernel, and the CPU's is slow; express the transform as products with constant matrices",
    "Gelu": "DirectML has no kernel, and it needs opset 20; use Erf and Mul",
    "GroupNormalization": "has no kernel of its own; use InstanceNormalization and Reshape",
    "HardSwish": "only CUDA has a kernel; use HardSigmoid and Mul",
    "If": "a branch cannot be compiled by any accelerator; compute both and blend",
    "Loop": "DirectML has no kernel, and no accelerator compiles a loop; unroll it",
    "Mish": "no provider has a kernel of its own; use Softplus, Tanh and Mul",
    "NonZero": "its output has no fixed shape, so accelerators wait for the CPU; blend with a mask",
    "Scan": "DirectML has no kernel, and no accelerator compiles a loop; unroll it",
}
"""Operators that exporters write and that a provider lacks or runs badly, with the replacement."""
COREML_CPU_FALLBACK = {
    "Abs": "threshold of an unsharp mask: one pass over an image, in a graph of twenty operators",
    "And": "compares values for that threshold and for the range of a slider",
    "Equal": "compares point labels with constants: a few values",
    "Gather": "picks tokens, or entries of small tables",
    "GreaterOrEqual": "as And",
    "Less": "as And",
    "LessOrEqual": "as And",
    "Min": "as And",
    "Pad": "reflection, or windows of an attention: no other operator does it; the CPU computes it in place",
    "Sign": "as Abs",
}
"""Operators of our networks that CoreML leaves to the CPU, with the reason why that is acceptable. CoreML also leaves
ConvTranspose to the CPU if the output padding is not the default, as in one inpainting network."""
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
    if unsupported := sorted(names - SUPPORTED_EVERYWHERE):
        fix = "; ".join(f"{name}: {UNSUPPORTED[name]}" for name in unsupported if name in UNSUPPORTED)
        what = f"uses operators that not every execution provider of ONNX Runtime supports: {', '.join(unsupported)}"
        raise Failure(what, where=where, fix=fix or "express them with supported operators")


def slow_on_coreml(model: onnx.ModelProto) -> set[str]:
    """Operators of a graph that CoreML leaves to the CPU and that `COREML_CPU_FALLBACK` does not list."""
    return {name for _, name in operators(model)} - COREML - set(COREML_CPU_FALLBACK)


def operators(model: onnx.ModelProto) -> Iterator[tuple[str, str]]:
    """Domain and name of the operator of each node, including those of subgraphs and functions."""
    local = {(function.domain, function.name) for function in model.functions}
    for body in [model.graph, *model.functions]:
        yield from (operator for operator in _operators(body) if operator not in local)


def _operators(body: onnx.GraphProto | onnx.FunctionProto) -> Iterator[tuple[str, str]]:
    for node in body.node:
        yield node.domain, node.op_type
        for attribute in node.attribute:
            for inner in [attribute.g, *attribute.graphs] if attribute.HasField("g") else attribute.graphs:
                yield from _operators(inner)
