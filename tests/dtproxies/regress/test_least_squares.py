"""Levenberg-Marquardt on problems with a known end."""

from __future__ import annotations

import torch

from dtproxies.regress.least_squares import Step, descend


def run(residuals, start: list[float], steps: int = 60) -> list[Step]:  # type: ignore[no-untyped-def]
    path: list[Step] = []
    descend(residuals, torch.tensor(start, dtype=torch.float64), steps, path.append)
    return path


def test_curved_valley_is_followed_to_its_end() -> None:
    path = run(lambda x: torch.stack([10 * (x[1] - x[0] ** 2), 1 - x[0]]), [-1.2, 1.0])
    assert torch.allclose(path[-1].variables, torch.ones(2, dtype=torch.float64), atol=1e-5)
    losses = [step.loss for step in path]
    assert losses == sorted(losses, reverse=True)


def test_two_sliders_that_act_together_are_separated() -> None:
    at = torch.linspace(0, 1, 50, dtype=torch.float64)
    path = run(lambda x: torch.exp(x[0] * at) * x[1] - torch.exp(1.5 * at) * 0.7, [0.0, 1.0])
    assert torch.allclose(path[-1].variables, torch.tensor([1.5, 0.7], dtype=torch.float64), atol=1e-5)


def test_variable_without_an_effect_stays() -> None:
    path = run(lambda x: torch.stack([x[0] - 3, x[0] - 3]), [0.0, 0.25])
    assert float(path[-1].variables[0]) - 3 < 1e-4
    assert abs(float(path[-1].variables[1]) - 0.25) < 1e-6


def test_values_that_are_not_finite_end_the_descent() -> None:
    assert run(torch.log, [-1.0]) == []
