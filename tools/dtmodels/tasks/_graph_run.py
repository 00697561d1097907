"""Checks of what a graph does when it runs: the values that it computes, how it was opened, and its failures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dtmodels.findings.check_report import CheckProblem, error, warning
from dtmodels.graph.failures import GraphCrash, GraphFailure, GraphRefused, LimitReached, remedy
from dtmodels.graph.optimisation import Opening

SAME = 1e-5
"""Largest difference between two runs on the same input, as a fraction of the output's range."""


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


def check_repeatable(
    where: str, first: Mapping[str, NDArray[Any]], second: Mapping[str, NDArray[Any]]
) -> Iterator[CheckProblem]:
    """Report outputs that differ between two runs on the same input."""
    for name, values in first.items():
        before, after = values.astype(np.float64), second[name].astype(np.float64)
        if before.shape != after.shape:
            difference = "its shape changes"
        elif (largest := float(np.abs(before - after).max(initial=0))) > SAME * (float(np.ptp(before)) or 1.0):
            difference = f"by up to {largest:.3g}"
        else:
            continue
        what = f"output {name} differs from run to run on the same input, {difference}: the graph draws random numbers"
        fix = "export in evaluation mode (no dropout, no noise), or take the noise as a constant"
        reason = "each run and each tile gives another image, and no result can be repeated or checked"
        yield error("run.differs", where, what, fix, reason=reason)


def check_opening(where: str, opening: Opening) -> Iterator[CheckProblem]:
    """Report a graph that ONNX Runtime opens only below the optimisation level that darktable tries first."""
    if opening.lowered:
        what = (
            f"ONNX Runtime {opening.runtime} refuses it at the optimisation level {opening.first!r} and opens it at "
            f"{opening.level!r}: it runs slower, and darktable writes to its log: {opening.log_line()}"
        )
        yield warning("run.level", where, what, remedy(opening.failures[0]))


def run_failure(where: str, exc: GraphFailure) -> CheckProblem:
    """Problem: ONNX Runtime fails a call that darktable makes."""
    match exc:
        case GraphRefused():
            levels = ", ".join(exc.levels)
            tries = "one attempt" if exc.attempts == 1 else f"{exc.attempts} attempts"
            what = f"darktable refuses it after {tries} (optimisation level {levels}), as ONNX Runtime does: {exc.what}"
            return error("run.fails", where, what, remedy(exc.what))
        case LimitReached():
            fix = "find the loop, the constant or the output without a bound"
            return error("run.limit", where, exc.what, fix)
        case GraphCrash():
            return error("run.fails", where, f"{exc.what}, and darktable with it", "export the graph again")
        case _:
            what = f"fails when run with darktable's own call: {exc.what}"
            return error("run.fails", where, what, "run the graph with the shapes in the message")
