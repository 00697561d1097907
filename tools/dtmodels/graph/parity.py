"""Parity of a finished graph with its source network: the PSNR of the outputs for one seeded input."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dtbase.imaging.psnr import psnr
from dtbase.system.errors import Failure
from dtmodels.graph.failures import GraphFailure
from dtmodels.graph.resize_inputs import load_resized
from dtmodels.graph.runtime import Runtime, Session

Arrays = Mapping[str, NDArray[Any]]
MIN_PSNR = {"half": 60.0, "full": 100.0}
"""Minimum PSNR in dB, by storage of the weights. Rounding errors give far more, a conversion error gives less."""
MAX_PSNR = 200.0
"""PSNR reported for equal outputs, in dB."""
INPUT_PREFIX, OUTPUT_PREFIX = "given ", "wanted "


def save_reference_output(graph: Path, inputs: Arrays, outputs: Arrays) -> None:
    """Save inputs and outputs of the source network next to a graph. Called by each family's `convert`.

    Args:
        graph: the file of the graph, which need not exist yet.
        inputs: example inputs by name, of the declared sizes, or of other sizes if the graph works at any size.
        outputs: outputs of the source network for these inputs, by name.
    """
    named: dict[str, Any] = {INPUT_PREFIX + name: value for name, value in inputs.items()}
    named |= {OUTPUT_PREFIX + name: value for name, value in outputs.items()}
    np.savez(_reference_file(graph), **named)


def parity_psnr(graph: Path, finished: Path, runtime: Runtime) -> float:
    """The lowest PSNR among the outputs of `finished`, compared with the saved outputs of the source.

    The peak is the largest magnitude of the source's output.

    Args:
        graph: the file next to which `save_reference_output` wrote.
        finished: the graph to publish.
        runtime: the process that runs it.

    Returns:
        PSNR in dB, at most 200.

    Raises:
        Failure: there are no saved outputs, or an output of the source or of the finished graph is not finite.
        GraphFailure: ONNX Runtime fails to load or run the graph.
    """
    if not _reference_file(graph).is_file():
        what = "there is no reference output: its family saved none"
        raise Failure(
            what, where=graph.name, fix="write the graph with _export.export, or call parity.save_reference_output"
        )
    with np.load(_reference_file(graph)) as stored:
        inputs = {name.removeprefix(INPUT_PREFIX): stored[name] for name in stored if name.startswith(INPUT_PREFIX)}
        outputs = {name.removeprefix(OUTPUT_PREFIX): stored[name] for name in stored if name.startswith(OUTPUT_PREFIX)}
    session = _load(finished, inputs, runtime, graph.with_suffix(".sized.onnx"))
    computed = session.run(inputs).outputs
    session.close()
    return min(_output_psnr(finished.name, name, computed[name], expected) for name, expected in outputs.items())


def check_parity(graph: Path, finished: Path, runtime: Runtime, storage: str) -> float:
    """Return `parity_psnr`, and reject a graph below `MIN_PSNR` for its storage of weights, `half` or `full`.

    Raises:
        Failure: as `parity_psnr`, and if ONNX Runtime fails or the PSNR is too low.
    """
    try:
        psnr_db = parity_psnr(graph, finished, runtime)
    except GraphFailure as exc:
        what = f"does not run in the form that was written: {exc.what}"
        fix = "set convert.options.storage of the card to full, or export the network with another opset"
        raise Failure(what, where=finished.name, fix=fix) from exc
    if psnr_db < MIN_PSNR[storage]:
        what = f"differs from its source network: PSNR {psnr_db:.0f} dB"
        fix = f"{MIN_PSNR[storage]:.0f} dB are required; " + (
            "set convert.options.storage of the card to full"
            if storage == "half"
            else "find the operation that the export or the conversion of its opset changed"
        )
        raise Failure(what, where=finished.name, fix=fix)
    return psnr_db


def _load(finished: Path, inputs: Arrays, runtime: Runtime, copy: Path) -> Session:
    """Load the finished graph, or `copy`, with other input shapes, if the saved inputs have other sizes."""
    session = runtime.load(finished)
    if all(_fits(tensor.shape, inputs[tensor.name].shape) for tensor in session.inputs if tensor.name in inputs):
        return session
    session.close()
    return load_resized(finished, {name: value.shape for name, value in inputs.items()}, runtime, copy)


def _fits(declared: Sequence[int | str], shape: Sequence[int]) -> bool:
    """True if an array of `shape` has the declared shape; a symbolic dimension matches any size."""
    return len(declared) == len(shape) and all(
        isinstance(dim, str) or dim == size for dim, size in zip(declared, shape, strict=True)
    )


def _output_psnr(where: str, name: str, computed: NDArray[Any], expected: NDArray[Any]) -> float:
    reference, output = expected.astype(np.float64), computed.astype(np.float64)
    if not (np.isfinite(reference).all() and np.isfinite(output).all()):
        what = f"output '{name}' has NaN or infinite values for a seeded input"
        raise Failure(what, where=where, fix="find the operation that overflows, or the broken weights")
    peak = float(np.abs(reference).max()) or 1.0
    return psnr(output / peak, reference / peak, cap=MAX_PSNR)


def _reference_file(graph: Path) -> Path:
    return graph.with_suffix(".npz")
