"""Jobs of a matrix: every combination of values, without exclusions, with additional inclusions."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

from tests.workflows.executor.problems import StepFailed

MOST_MATRIX_JOBS = 256
"""GitHub's limit on the jobs of one matrix."""


def expand_matrix(matrix: Any) -> list[dict[str, Any]]:
    """Return the values of each matrix job, in GitHub's order; one empty job if there is no matrix.

    Raises:
        StepFailed: the matrix has no job, more jobs than GitHub runs, or is malformed.
    """
    if matrix is None:
        return [{}]
    if not isinstance(matrix, Mapping):
        raise StepFailed(f"a matrix is a mapping, not {matrix!r}")
    axes = {name: values for name, values in matrix.items() if name not in ("include", "exclude")}
    for name, values in axes.items():
        if not isinstance(values, list) or not values:
            raise StepFailed(f"Matrix vector '{name}' does not contain any values")
    excluded = matrix.get("exclude", [])
    rows = [dict(zip(axes, values, strict=True)) for values in itertools.product(*axes.values())] if axes else []
    rows = [row for row in rows if not any(_agrees(row, one) for one in excluded)]
    jobs = _included(rows, matrix.get("include", []), set(axes))
    if not jobs:
        raise StepFailed("the matrix has no jobs")
    if len(jobs) > MOST_MATRIX_JOBS:
        raise StepFailed(f"the matrix has {len(jobs)} jobs, {MOST_MATRIX_JOBS} is the limit")
    return jobs


def _included(rows: list[dict[str, Any]], included: list[dict[str, Any]], axes: set[str]) -> list[dict[str, Any]]:
    """Add inclusions: to every combination whose values they do not change, or else as a separate job."""
    extra, combined = [], [dict(row) for row in rows]
    for one in included:
        axis_values = {name: value for name, value in one.items() if name in axes}
        fitting = [position for position, row in enumerate(rows) if _agrees(row, axis_values)]
        for position in fitting:
            combined[position] |= one
        if not fitting:
            extra.append(dict(one))
    return combined + extra


def _agrees(row: Mapping[str, Any], values: Mapping[str, Any]) -> bool:
    return all(row.get(name) == value for name, value in values.items())


def matrix_job_name(name: str, values: Mapping[str, Any]) -> str:
    """Return GitHub's default name of a matrix job: `Build (1, a b)`."""
    texts = ", ".join(_leaves(list(values.values())))
    return f"{name} ({texts})" if texts else name


def _leaves(value: Any) -> list[str]:
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list):
        return [leaf for item in value for leaf in _leaves(item)]
    return [str(value).lower() if isinstance(value, bool) else str(value)]
