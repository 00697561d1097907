"""Descent from one start position: by L-BFGS, by least squares, or by Adam where these stop."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import torch
from torch import Tensor

from dtproxies.regress import least_squares
from dtproxies.regress.free_parameters import FreeParameters

STEP = 0.05
"""Learning rate of Adam for the unbounded variables: an eightieth of a slider's range at its middle."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImprovedStep:
    """Evaluation with a lower loss than all earlier ones of its descent."""

    evaluation: int
    """Number of the evaluation in the whole search."""
    loss: float
    variables: tuple[float, ...]


class LossReached(Exception):
    """Raised when the loss is low enough to stop."""


@dataclass(kw_only=True)
class Descent:
    """Progress of the search from one start position."""

    parameters: FreeParameters
    variables: Tensor
    """[N]: best unbounded variables so far."""
    loss: float
    path: list[ImprovedStep] = field(default_factory=list)


@dataclass(kw_only=True)
class Objective:
    """Loss of a chain, with a count of its evaluations."""

    residuals: Callable[[list[Tensor]], Tensor]
    """Function from the sliders of each module to the residuals, whose mean square is the loss."""
    advance: Callable[[float], None]
    """Called after each evaluation, for progress."""
    enough: float
    """Loss below which the search stops."""
    evaluations: int = 0

    def start(self, parameters: FreeParameters, variables: Tensor) -> Descent:
        """Return a descent after its first evaluation."""
        with torch.no_grad():
            value = float(self._evaluate(parameters, variables))
        return Descent(parameters=parameters, variables=variables, loss=value)

    def lbfgs(self, descent: Descent, steps: int) -> None:
        """Run a number of L-BFGS steps with a line search, from the best position so far.

        Raises:
            LossReached: the loss is below `enough`.
        """
        with self._variable(descent) as variables:
            optimiser = torch.optim.LBFGS(
                [variables],
                max_iter=steps,
                history_size=20,
                tolerance_grad=1e-9,
                tolerance_change=1e-12,
                line_search_fn="strong_wolfe",
            )
            scale = 1 / max(descent.loss, self.enough)
            optimiser.step(lambda: self._closure(descent, variables, scale))  # type: ignore[no-untyped-call]

    def least_squares(self, descent: Descent, steps: int) -> None:
        """Run a number of Levenberg-Marquardt steps, from the best position so far.

        Raises:
            LossReached: the loss is below `enough`.
        """

        def accept(step: least_squares.Step) -> None:
            self._keep(descent, step.loss, step.variables)

        def residuals(variables: Tensor) -> Tensor:
            self.evaluations += 1
            self.advance(1)
            return self.residuals(descent.parameters.sliders(variables)).flatten()

        with torch.no_grad():
            least_squares.descend(residuals, descent.variables, steps, accept)

    def adam(self, descent: Descent, steps: int) -> None:
        """Run a number of Adam steps with cosine decay of the learning rate, from the best position so far.

        Raises:
            LossReached: the loss is below `enough`.
        """
        with self._variable(descent) as variables:
            optimiser = torch.optim.Adam([variables], lr=STEP)
            scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
            scale = 1 / max(descent.loss, self.enough)
            for _ in range(steps):
                self._closure(descent, variables, scale)
                optimiser.step()
                scheduler.step()

    @contextmanager
    def _variable(self, descent: Descent) -> Iterator[Tensor]:
        """Yield the variables as a leaf tensor; a loss or gradient that is not finite ends the descent."""
        try:
            yield descent.variables.clone().requires_grad_()
        except FloatingPointError:
            return

    def _closure(self, descent: Descent, variables: Tensor, scale: float) -> float:
        variables.grad = None
        value = self._evaluate(descent.parameters, variables)
        value.backward()  # type: ignore[no-untyped-call]
        grad, loss = variables.grad, float(value.detach())
        if grad is None or not math.isfinite(loss) or not torch.isfinite(grad).all():
            raise FloatingPointError
        grad *= scale
        self._keep(descent, loss, variables.detach())
        return loss * scale

    def _keep(self, descent: Descent, loss: float, variables: Tensor) -> None:
        """Record a position if it is the best one of its descent.

        Raises:
            LossReached: the loss is below `enough`.
        """
        if loss < descent.loss:
            descent.loss, descent.variables = loss, variables.clone()
            values = tuple(descent.variables.tolist())
            descent.path.append(ImprovedStep(evaluation=self.evaluations, loss=loss, variables=values))
        if loss < self.enough:
            raise LossReached

    def _evaluate(self, parameters: FreeParameters, variables: Tensor) -> Tensor:
        self.evaluations += 1
        self.advance(1)
        return torch.mean(self.residuals(parameters.sliders(variables)) ** 2)
