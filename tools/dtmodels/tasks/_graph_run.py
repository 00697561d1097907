"""Checks of the values that a graph computes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dtmodels.findings.check_report import CheckProblem, error


def check_finite(where: str, outputs: Mapping[str, NDArray[Any]], description: str) -> Iterator[CheckProblem]:
    """Report NaN and infinite values, which darktable would write into the image.

    Args:
        where: the file.
        outputs: arrays by name.
        description: description of the input, for the message.
    """
    for name, values in outputs.items():
        count = int(np.count_nonzero(~np.isfinite(values)))
        if count:
            what = f"output {name} has {count} of {values.size} values that are NaN or infinite for {description}"
            reason = "darktable writes them into the image"
            yield error("run.not-finite", where, what, "find the operation that overflows", reason=reason)


def run_failure(where: str, exc: Exception) -> CheckProblem:
    """Problem: ONNX Runtime fails a call that darktable makes."""
    what = f"fails when run with darktable's own call: {getattr(exc, 'what', exc)}"
    return error("run.fails", where, what, "run the graph with the shapes in the message")
