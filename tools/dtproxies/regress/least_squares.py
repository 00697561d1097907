"""Levenberg-Marquardt: few variables, and a residual for every value of the image.

A step solves (JᵀJ + damping diag JᵀJ) step = -Jᵀ residuals (Marquardt 1963). Unlike a quasi-Newton method it knows how
strongly each pair of sliders acts together from the first step on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

Residuals = Callable[[Tensor], Tensor]
"""From [N] variables to [M] residuals, in float64, without gradients."""
DIFFERENCE = 1e-6
"""Step of the differences that give the Jacobian; in float64 their error is about as small. One evaluation for each
variable costs less than a tangent through the whole chain, and every network has it."""
_TRIES = 6
"""Increases of the damping after which no step is left that helps."""
_SMALL = 1e-7
"""Relative decrease of the loss below which the descent has ended."""
_LARGEST = 4.0
"""Longest step of one variable: beyond, a slider is at its end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One accepted step."""

    variables: Tensor
    loss: float
    """Mean square residual."""


def descend(residuals: Residuals, start: Tensor, steps: int, accept: Callable[[Step], None]) -> None:
    """Take at most `steps` steps from `start`, and call `accept` after each.

    Values that are not finite end the descent.
    """
    variables, damping = start.clone(), 1e-3
    values = residuals(variables)
    loss = float(values.square().mean())
    for _ in range(steps):
        jacobian = _jacobian(residuals, variables, values)
        square, gradient = jacobian.T @ jacobian, jacobian.T @ values
        if not torch.isfinite(square).all():
            return
        for _ in range(_TRIES):
            moved = variables + _solve(square, gradient, damping)
            tried = residuals(moved)
            after = float(tried.square().mean())
            if after < loss:
                break
            damping *= 8
        else:
            return
        decrease = (loss - after) / loss
        variables, values, loss, damping = moved, tried, after, max(damping / 10, 1e-9)
        accept(Step(variables=variables, loss=loss))
        if decrease < _SMALL:
            return


def _jacobian(residuals: Residuals, variables: Tensor, values: Tensor) -> Tensor:
    columns = []
    for index in range(len(variables)):
        moved = variables.clone()
        moved[index] += DIFFERENCE
        columns.append((residuals(moved) - values) / DIFFERENCE)
    return torch.stack(columns, dim=1)


def _solve(square: Tensor, gradient: Tensor, damping: float) -> Tensor:
    """Solve for the step; variables without any effect stay where they are."""
    diagonal = square.diagonal()
    scale = diagonal + 1e-12 * diagonal.max().clamp(min=1e-30)
    step = torch.linalg.solve(square + torch.diag(damping * scale + 1e-15), -gradient)
    limited: Tensor = step.clamp(-_LARGEST, _LARGEST)
    return limited
