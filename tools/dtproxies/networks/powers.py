"""Powers, roots and angles that have finite slopes where the textbook ones have none."""

from __future__ import annotations

import torch
from torch import Tensor


def safe_power(base: Tensor, exponent: Tensor | float) -> Tensor:
    """Of a base that is not negative; 0 where the base is, with no slope there."""
    inside = base > 0
    return torch.where(inside, torch.pow(torch.where(inside, base, 1.0), exponent), 0.0)


def safe_sqrt(square: Tensor) -> Tensor:
    """The square root; 0 where the square is not positive, with no slope there."""
    inside = square > 0
    return torch.where(inside, torch.sqrt(torch.where(inside, square, 1.0)), 0.0)


def safe_divide(part: Tensor, whole: Tensor, otherwise: float = 0.0) -> Tensor:
    """The quotient, or another number where the whole is zero."""
    inside = whole != 0
    return torch.where(inside, part / torch.where(inside, whole, 1.0), otherwise)


def soft_clip(value: Tensor, start: Tensor, end: Tensor) -> Tensor:
    """The value up to `start`, then an exponential that never passes `end`."""
    room = (end - start).clamp(min=1e-12)
    over = (value - start).clamp(min=0) / room
    return torch.where(value > start, start + (1 - torch.exp(-over)) * room, value)
