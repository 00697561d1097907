"""Numbers as unevaluated sums of two float32: twice the digits, for the few values that need them, without float64.

Sums and products are those of T. J. Dekker, A floating-point technique for extending the available precision, 1971.
Exponentials and logarithms are read from tables at multiples of 1/64, and continued by their series.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

GRID = 64
"""Number of entries per unit of the table of exponentials."""
LIMIT = 24
"""Largest magnitude of an exponent."""
_EXACT = np.exp(np.arange(-LIMIT * GRID, LIMIT * GRID + 1, dtype=np.float64) / GRID)
_HIGH = _EXACT.astype(np.float32)
_TABLE = (torch.from_numpy(_HIGH), torch.from_numpy((_EXACT - _HIGH).astype(np.float32)))


@dataclass(frozen=True, slots=True)
class TwoFloat:
    """`high + low`; `high` is the sum, rounded to float32."""

    high: Tensor
    low: Tensor

    def __add__(self, other: TwoFloat) -> TwoFloat:
        total = _sum(self.high, other.high)
        return _fast_sum(total.high, total.low + (self.low + other.low))

    def __mul__(self, other: TwoFloat) -> TwoFloat:
        product = _product(self.high, other.high)
        return _fast_sum(product.high, product.low + (self.high * other.low + self.low * other.high))


def exp(exponent: TwoFloat) -> TwoFloat:
    """Exponential, to about 38 bits, of exponents up to `LIMIT` in magnitude."""
    entry = torch.round(exponent.high * GRID)
    near = entry / GRID
    rest = _fast_sum(exponent.high - near, exponent.low)
    square = rest.high * rest.high
    # The series without its first two terms; the next term is below 2^-49.
    beyond = square * (1 / 2 + rest.high * (1 / 6 + rest.high * (1 / 24 + rest.high * (1 / 120))))
    less_one = _fast_sum(rest.high, rest.low + beyond)
    table = _exponentials(entry)
    return table + table * less_one


def log(value: Tensor) -> TwoFloat:
    """Logarithm, to about 37 bits after the binary point, of values from exp(-24) to exp(24)."""
    entry = torch.round(torch.log(value) * GRID)
    ratio = _exact(value) * _exponentials(-entry)
    rest = _fast_sum(ratio.high - 1, ratio.low)
    x = rest.high
    beyond = x * x * (-1 / 2 + x * (1 / 3 + x * (-1 / 4 + x * (1 / 5 - x / 6))))
    series = _fast_sum(x, rest.low + beyond)
    return _exact(entry / GRID) + series


def exp_rounded(exponent: Tensor) -> Tensor:
    """Exponential of at most `LIMIT`, in float32 rounded correctly but for rare cases; the same on every device.

    In float32 it is zero below exp(-LIMIT), which is 4e-11.
    """
    if exponent.dtype == torch.float64:
        return torch.exp(exponent)
    return torch.where(exponent > -LIMIT, exp(_exact(exponent.clamp(min=-LIMIT))).high, 0.0)


def one_minus_exp(exponent: Tensor) -> Tensor:
    """One minus the exponential, with all digits also where that is close to one."""
    if exponent.dtype == torch.float64:
        return -torch.expm1(exponent)
    exponential = exp(_exact(exponent))
    return (_exact(torch.ones_like(exponent)) + TwoFloat(-exponential.high, -exponential.low)).high


def power(base: Tensor, exponent: Tensor) -> Tensor:
    """Raise a positive float32 to a power, rounded correctly but for rare cases."""
    return exp(_exact(exponent) * log(base)).high


def divide(dividend: Tensor, divisor: Tensor) -> Tensor:
    """Divide, rounded correctly also where the device's own division is not."""
    quotient = dividend / divisor
    product = _product(quotient, divisor)
    return quotient + ((dividend - product.high) - product.low) / divisor


def _exact(value: Tensor) -> TwoFloat:
    return TwoFloat(value, torch.zeros_like(value))


def _exponentials(entry: Tensor) -> TwoFloat:
    index = (entry + LIMIT * GRID).clamp(0, 2 * LIMIT * GRID).long()
    high, low = (part.to(entry.device)[index] for part in _TABLE)
    return TwoFloat(high, low)


def _sum(one: Tensor, other: Tensor) -> TwoFloat:
    total = one + other
    part = total - one
    return TwoFloat(total, (one - (total - part)) + (other - part))


def _fast_sum(larger: Tensor, smaller: Tensor) -> TwoFloat:
    total = larger + smaller
    return TwoFloat(total, smaller - (total - larger))


def _product(one: Tensor, other: Tensor) -> TwoFloat:
    product = one * other
    (a, b), (c, d) = _halves(one), _halves(other)
    return TwoFloat(product, ((a * c - product) + a * d + b * c) + b * d)


def _halves(value: Tensor) -> tuple[Tensor, Tensor]:
    """Upper and lower 12 bits."""
    shifted = value * 4097.0
    upper = shifted - (shifted - value)
    return upper, value - upper
