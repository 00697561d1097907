"""Powers, roots and quotients with finite gradients at zero."""

from __future__ import annotations

import torch
from torch import Tensor


def safe_power(base: Tensor, exponent: Tensor | float) -> Tensor:
    """Raise a non-negative base to a power; 0 with zero gradient where the base is 0."""
    inside = base > 0
    return torch.where(inside, torch.pow(torch.where(inside, base, 1.0), exponent), 0.0)


def safe_sqrt(square: Tensor) -> Tensor:
    """Compute the square root; 0 with zero gradient where the argument is not positive."""
    inside = square > 0
    return torch.where(inside, torch.sqrt(torch.where(inside, square, 1.0)), 0.0)


def safe_divide(dividend: Tensor, divisor: Tensor, otherwise: float = 0.0) -> Tensor:
    """Divide; returns `otherwise` where the divisor is zero."""
    inside = divisor != 0
    return torch.where(inside, dividend / torch.where(inside, divisor, 1.0), otherwise)


def soft_clip(value: Tensor, start: Tensor, end: Tensor) -> Tensor:
    """Return the value up to `start`, then approach `end` exponentially."""
    width = (end - start).clamp(min=1e-12)
    over = (value - start).clamp(min=0) / width
    return torch.where(value > start, start + (1 - torch.exp(-over)) * width, value)
