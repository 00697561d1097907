"""The legs of a matrix: every combination, less what is excluded, and what is included beside."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

from tests.workflows.executor.problems import StepFailed

MOST_LEGS = 256
"""GitHub's limit on the jobs of one matrix."""


def legs(matrix: Any) -> list[dict[str, Any]]:
    """The values of each leg, in GitHub's order; one empty leg where there is no matrix.

    Raises:
        StepFailed: no leg at all, more than GitHub runs, or something else than lists.
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
    found = _included(rows, matrix.get("include", []), set(axes))
    if not found:
        raise StepFailed("the matrix has no legs")
    if len(found) > MOST_LEGS:
        raise StepFailed(f"the matrix has {len(found)} legs, GitHub runs {MOST_LEGS}")
    return found


def _included(rows: list[dict[str, Any]], included: list[dict[str, Any]], axes: set[str]) -> list[dict[str, Any]]:
    """An inclusion joins every combination whose values it does not change; else it is a leg of its own."""
    extra, found = [], [dict(row) for row in rows]
    for one in included:
        own = {name: value for name, value in one.items() if name in axes}
        fitting = [place for place, row in enumerate(rows) if _agrees(row, own)]
        for place in fitting:
            found[place] |= one
        if not fitting:
            extra.append(dict(one))
    return found + extra


def _agrees(row: Mapping[str, Any], values: Mapping[str, Any]) -> bool:
    return all(row.get(name) == value for name, value in values.items())


def leg_name(name: str, values: Mapping[str, Any]) -> str:
    """A leg as GitHub names it where the name of the job does not: `Build (1, a b)`."""
    texts = ", ".join(_leaves(list(values.values())))
    return f"{name} ({texts})" if texts else name


def _leaves(value: Any) -> list[str]:
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list):
        return [leaf for item in value for leaf in _leaves(item)]
    return [str(value).lower() if isinstance(value, bool) else str(value)]
