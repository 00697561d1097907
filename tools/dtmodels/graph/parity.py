"""How near a finished graph comes to the network it was made from, for one made-up input."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dtbase.imaging.psnr import psnr
from dtbase.system.errors import Failure
from dtmodels.graph.resize_inputs import load_resized
from dtmodels.graph.runtime import Runtime, Session

Arrays = Mapping[str, NDArray[Any]]
MIN_PSNR = {"half": 60.0, "full": 100.0}
"""dB that must be left, by how the weights are stored: rounding leaves far more, any mistake less."""
MAX_PSNR = 200.0
"""What equal outputs get."""
INPUT_PREFIX, OUTPUT_PREFIX = "given ", "wanted "


def save_reference_output(graph: Path, inputs: Arrays, outputs: Arrays) -> None:
    """Write down beside a graph what its source returns.

    Args:
        graph: the file of the graph, which need not exist yet.
        inputs: made up, by name; of the sizes the graph declares, or of others where it works at any.
        outputs: what the source returns for them, by name.
    """
    named: dict[str, Any] = {INPUT_PREFIX + name: value for name, value in inputs.items()}
    named |= {OUTPUT_PREFIX + name: value for name, value in outputs.items()}
    np.savez(_notes(graph), **named)


def parity_psnr(graph: Path, finished: Path, runtime: Runtime) -> float:
    """The smallest signal-to-noise ratio among the outputs of `finished`.

    Args:
        graph: the file beside which `save_reference_output` wrote.
        finished: the graph that is going to be published.
        runtime: where it is run.

    Returns:
        dB below the largest magnitude of an output, at most 200.

    Raises:
        Failure: there are no notes, or an output is not finite, in the source or in the finished graph.
        GraphFailure: ONNX Runtime refuses the graph.
    """
    if not _notes(graph).is_file():
        what = "its family wrote no notes of what it should compute"
        raise Failure(what, where=graph.name, fix="write the graph with _export.export, or call parity.remember")
    with np.load(_notes(graph)) as notes:
        inputs = {name.removeprefix(INPUT_PREFIX): notes[name] for name in notes if name.startswith(INPUT_PREFIX)}
        outputs = {name.removeprefix(OUTPUT_PREFIX): notes[name] for name in notes if name.startswith(OUTPUT_PREFIX)}
    session = _loaded(finished, inputs, runtime, graph.with_suffix(".sized.onnx"))
    found = session.run(inputs).outputs
    session.close()
    return min(_decibels(finished.name, name, found[name], wanted) for name, wanted in outputs.items())


def check_parity(graph: Path, finished: Path, runtime: Runtime, storage: str) -> float:
    """As `parity_psnr`, and refuse what is too far off for how the weights are stored, `half` or `full`.

    Raises:
        Failure: also when the finished graph computes something else.
    """
    ratio = parity_psnr(graph, finished, runtime)
    if ratio < MIN_PSNR[storage]:
        what = f"computes something else than the network it was made from: {ratio:.0f} dB"
        fix = f"{MIN_PSNR[storage]:.0f} dB are asked for; " + (
            "set convert.options.storage of the card to full" if storage == "half" else "look for what the export lost"
        )
        raise Failure(what, where=finished.name, fix=fix)
    return ratio


def _loaded(finished: Path, inputs: Arrays, runtime: Runtime, other: Path) -> Session:
    """The finished graph, or where the notes are of other sizes, `other`: a copy for those."""
    session = runtime.load(finished)
    if all(_fits(tensor.shape, inputs[tensor.name].shape) for tensor in session.inputs if tensor.name in inputs):
        return session
    session.close()
    return load_resized(finished, {name: value.shape for name, value in inputs.items()}, runtime, other)


def _fits(declared: Sequence[int | str], found: Sequence[int]) -> bool:
    """Whether an array has the declared shape; a name stands for any size."""
    return len(declared) == len(found) and all(
        isinstance(dim, str) or dim == size for dim, size in zip(declared, found, strict=True)
    )


def _decibels(where: str, name: str, found: NDArray[Any], wanted: NDArray[Any]) -> float:
    exact, close = wanted.astype(np.float64), found.astype(np.float64)
    if not (np.isfinite(exact).all() and np.isfinite(close).all()):
        what = f"output '{name}' holds NaN or infinite numbers for a made-up input"
        raise Failure(what, where=where, fix="find the operation that overflows, or the weights that are broken")
    peak = float(np.abs(exact).max()) or 1.0
    return psnr(close / peak, exact / peak, best=MAX_PSNR)


def _notes(graph: Path) -> Path:
    return graph.with_suffix(".npz")
