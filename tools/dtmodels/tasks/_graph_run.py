"""What is checked about the numbers a graph computes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dtmodels.findings.check_report import CheckProblem, error


def check_finite(where: str, outputs: Mapping[str, NDArray[Any]], given: str) -> Iterator[CheckProblem]:
    """NaN and infinity pass through darktable into the image.

    Args:
        where: the file.
        outputs: arrays by name.
        given: what the input was, for the message.
    """
    for name, values in outputs.items():
        bad = int(np.count_nonzero(~np.isfinite(values)))
        if bad:
            what = f"output {name} has {bad} of {values.size} values that are NaN or infinite for {given}"
            reason = "darktable hands them on into the picture"
            yield error("run.not-finite", where, what, "find the operation that overflows", reason=reason)


def run_failure(where: str, wrong: Exception) -> CheckProblem:
    """A call that darktable makes and that ONNX Runtime refuses."""
    what = f"fails when run with darktable's own call: {getattr(wrong, 'what', wrong)}"
    return error("run.fails", where, what, "run the graph with the shapes the message names")
