"""Golden statistics: statistics of a model's outputs for the seeded sample input of its task, stored in golden.json."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dtbase.system.files import write_json
from dtmodels.findings.check_report import CheckProblem, FileFacts, error, warning
from dtmodels.tasks._protocol import Call

FILE = "golden.json"
PAIRS = "golden.safetensors"
PERCENTILES = (1, 5, 25, 50, 75, 95, 99)
TOLERANCE = 1e-3
"""Default tolerance, as a fraction of the largest golden value; CPUs round differently."""
DIGITS = 7

Statistics = dict[str, Any]


def statistics(values: NDArray[Any]) -> Statistics:
    """Shape, mean, standard deviation, extremes and percentiles of an output, to seven digits."""
    exact = values.astype(np.float64)
    by_name = {
        "mean": exact.mean(),
        "std": exact.std(),
        "min": exact.min(),
        "max": exact.max(),
        **{f"p{percent}": value for percent, value in zip(PERCENTILES, np.percentile(exact, PERCENTILES), strict=True)},
    }
    return {
        "shape": _shape_text(values.shape),
        **{name: float(f"{value:.{DIGITS}g}") for name, value in by_name.items()},
    }


def _shape_text(shape: Sequence[int | str]) -> str:
    return f"[{', '.join(str(dim) for dim in shape)}]"


def pin(directory: Path, calls: Sequence[Call], files: Sequence[FileFacts]) -> Path:
    """Store the statistics of `calls` and the tensors of `files` as golden data of the model in `directory`."""
    tensors = {
        file.name: {
            kind: [[tensor.name, tensor.dtype, list(tensor.shape)] for tensor in values]
            for kind, values in (("inputs", file.inputs), ("outputs", file.outputs))
        }
        for file in files
    }
    path = directory / FILE
    write_json(path, {"schema": 1, "files": tensors, "outputs": _outputs(calls)})
    return path


def compare(directory: Path, calls: Sequence[Call], tolerance: float | None) -> Iterator[CheckProblem]:
    """Compare the statistics of `calls` with the golden statistics of the model in `directory`.

    Args:
        directory: the model's directory in the repository.
        calls: inputs and outputs of this run.
        tolerance: maximum difference, as a fraction of the largest golden value; None for the default.
    """
    path = directory / FILE
    if not path.is_file():
        fix = f"store them: `dtmodels validate --pin {directory.name}`"
        yield warning("golden.absent", FILE, "there are no golden statistics", fix)
        return
    try:
        golden = json.loads(path.read_text())["outputs"]
        pairs = list(_pairs(golden, _outputs(calls)))
    except (ValueError, KeyError, TypeError, AttributeError) as exc:
        fix = f"store it again: `dtmodels validate --pin {directory.name}`"
        yield error("golden.unreadable", FILE, f"cannot be read: {exc!r}", fix)
        return
    for where, expected, actual in pairs:
        yield from _compare(where, expected, actual, TOLERANCE if tolerance is None else tolerance)


def _outputs(calls: Sequence[Call]) -> dict[str, dict[str, Statistics]]:
    return {call.name: {name: statistics(values) for name, values in call.outputs.items()} for call in calls}


def _pairs(
    golden: Mapping[str, Mapping[str, Statistics]], actual: Mapping[str, Mapping[str, Statistics]]
) -> Iterator[tuple[str, Statistics, Statistics]]:
    for call in sorted({*golden, *actual}):
        for name in sorted({*golden.get(call, {}), *actual.get(call, {})}):
            yield f"{call}: {name}", golden.get(call, {}).get(name, {}), actual.get(call, {}).get(name, {})


def _compare(where: str, expected: Statistics, actual: Statistics, tolerance: float) -> Iterator[CheckProblem]:
    fix = "find the cause; if the change is intended, store the new statistics with `dtmodels validate --pin`"
    if expected.get("shape") != actual.get("shape"):
        what = f"has shape {actual.get('shape', 'none')}, the golden output {expected.get('shape', 'none')}"
        yield error("golden.shape", where, what, fix)
        return
    names = [name for name in expected if name != "shape"]
    largest = max((abs(expected[name]) for name in names), default=0.0) or 1.0
    differences = {name: abs(actual[name] - expected[name]) / largest for name in names}
    worst = max(differences, key=differences.__getitem__)
    if not differences[worst] <= tolerance:
        what = f"{worst} is {actual[worst]:.7g} instead of {expected[worst]:.7g}"
        difference = f"relative difference {differences[worst]:.2g}, tolerance {tolerance:g}"
        yield error("golden.differs", where, f"{what}: {difference}", fix)
