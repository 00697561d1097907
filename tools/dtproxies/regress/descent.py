"""Descent from one start position: by L-BFGS, or by Adam where L-BFGS stops."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import torch
from torch import Tensor

from dtproxies.regress.free_parameters import Unknowns

STEP = 0.05
"""First step of Adam, in unbounded numbers: an eightieth of a slider's range in its middle."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImprovedStep:
    """An evaluation with a lower loss than all before it in its descent."""

    evaluation: int
    """Counted over the whole search."""
    loss: float
    numbers: tuple[float, ...]


class LossReached(Exception):
    """Raised when the loss is low enough to stop."""


@dataclass(kw_only=True)
class Descent:
    """Progress of the search from one start position."""

    unknowns: Unknowns
    numbers: Tensor
    """[N], unbounded: the best so far."""
    loss: float
    path: list[ImprovedStep] = field(default_factory=list)


@dataclass(kw_only=True)
class Objective:
    """The loss of a chain, with a count of its evaluations."""

    loss: Callable[[list[Tensor]], Tensor]
    """From the sliders of each module."""
    advance: Callable[[float], None]
    """Told of each evaluation."""
    enough: float
    evaluations: int = 0

    def start(self, unknowns: Unknowns, numbers: Tensor) -> Descent:
        """Return a descent after its first evaluation."""
        with torch.no_grad():
            value = float(self._evaluate(unknowns, numbers))
        return Descent(unknowns=unknowns, numbers=numbers, loss=value)

    def lbfgs(self, descent: Descent, steps: int) -> None:
        """Run a number of L-BFGS steps with a line search, from the best position so far.

        Raises:
            Enough: the loss is below `enough`.
        """
        with self._variable(descent) as numbers:
            optimiser = torch.optim.LBFGS(
                [numbers],
                max_iter=steps,
                history_size=20,
                tolerance_grad=1e-9,
                tolerance_change=1e-12,
                line_search_fn="strong_wolfe",
            )
            scale = 1 / max(descent.loss, self.enough)
            optimiser.step(lambda: self._closure(descent, numbers, scale))  # type: ignore[no-untyped-call]

    def adam(self, descent: Descent, steps: int) -> None:
        """Run a number of Adam steps with a falling rate, from the best position so far.

        Raises:
            Enough: the loss is below `enough`.
        """
        with self._variable(descent) as numbers:
            optimiser = torch.optim.Adam([numbers], lr=STEP)
            falling = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
            scale = 1 / max(descent.loss, self.enough)
            for _ in range(steps):
                self._closure(descent, numbers, scale)
                optimiser.step()
                falling.step()

    @contextmanager
    def _variable(self, descent: Descent) -> Iterator[Tensor]:
        """Return the values as a leaf tensor; a value that is not finite ends the descent."""
        try:
            yield descent.numbers.clone().requires_grad_()
        except FloatingPointError:
            return

    def _closure(self, descent: Descent, numbers: Tensor, scale: float) -> float:
        numbers.grad = None
        value = self._evaluate(descent.unknowns, numbers)
        value.backward()  # type: ignore[no-untyped-call]
        grad, loss = numbers.grad, float(value.detach())
        if grad is None or not math.isfinite(loss) or not torch.isfinite(grad).all():
            raise FloatingPointError
        grad *= scale
        if loss < descent.loss:
            descent.loss, descent.numbers = loss, numbers.detach().clone()
            seen = ImprovedStep(evaluation=self.evaluations, loss=loss, numbers=tuple(descent.numbers.tolist()))
            descent.path.append(seen)
        if loss < self.enough:
            raise LossReached
        return loss * scale

    def _evaluate(self, unknowns: Unknowns, numbers: Tensor) -> Tensor:
        self.evaluations += 1
        self.advance(1)
        return self.loss(unknowns.sliders(numbers))
