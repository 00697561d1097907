"""Exponentials, powers and quotients of float32 are rounded as if computed in float64."""

import numpy as np
import pytest
import torch

from dtproxies.networks import two_float


def uniform(low: float, high: float, seed: int = 0) -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(seed).uniform(low, high, 20_000).astype(np.float32))


def test_exponential_is_rounded_correctly() -> None:
    exponents = uniform(-20, 5)
    assert torch.equal(two_float.exp_rounded(exponents), torch.exp(exponents.double()).float())


@pytest.mark.parametrize(("exponent", "expected"), [(0.0, 1.0), (-24.5, 0.0), (-1e6, 0.0), (1 / 64, np.exp(1 / 64))])
def test_exponential_at_its_limits(exponent: float, expected: float) -> None:
    assert two_float.exp_rounded(torch.tensor([exponent])).item() == np.float32(expected)


def test_one_minus_exponential_keeps_its_digits() -> None:
    exponents = -torch.exp(uniform(-12, 2))
    expected = -torch.expm1(exponents.double())
    assert (two_float.one_minus_exp(exponents) / expected - 1).abs().max() < 1e-6


def test_logarithm_has_more_digits_than_float32() -> None:
    values = torch.exp(uniform(-12, 12))
    result = two_float.log(values)
    assert (result.high.double() + result.low.double() - torch.log(values.double())).abs().max() < 1e-10


def test_power_is_rounded_correctly() -> None:
    base, exponent = uniform(2.7, 10.8), uniform(0.2, 5, seed=1)
    assert (
        two_float.power(base, exponent) != torch.pow(base.double(), exponent.double()).float()
    ).double().mean() < 1e-3


def test_quotient_is_rounded_correctly() -> None:
    dividend, divisor = uniform(0.1, 1), uniform(1, 100, seed=1)
    assert torch.equal(two_float.divide(dividend, divisor), (dividend.double() / divisor.double()).float())


def test_exponential_is_differentiable() -> None:
    exponents = uniform(-5, 1).requires_grad_()
    two_float.exp_rounded(exponents).sum().backward()
    assert exponents.grad is not None
    assert torch.allclose(exponents.grad, torch.exp(exponents.detach()), rtol=1e-4)
