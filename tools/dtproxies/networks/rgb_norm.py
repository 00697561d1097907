"""Norms of RGB by which curves keep the ratios of the channels (`common/rgb_norms.h`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from numpy.typing import NDArray
from torch import Tensor

from dtproxies.networks.powers import safe_divide, safe_sqrt

NORMS = ("none", "luminance", "max", "average", "sum", "norm", "power")
"""Names in the order of their values, from 0 on."""


def rgb_norm(rgb: Tensor, norm: Tensor, luminance: Sequence[float | Tensor] | NDArray[Any]) -> Tensor:
    """Return the norm of each pixel; that of `none` is the average.

    Args:
        rgb: [B, 3, ...].
        norm: number of the norm, [B, 1, ...].
        luminance: weights of red, green and blue.
    """
    red, green, blue = (rgb[:, at : at + 1] for at in range(3))
    total = red + green + blue
    squares = red**2 + green**2 + blue**2
    weighted = sum(weight * one for weight, one in zip(luminance, (red, green, blue), strict=True))
    power = safe_divide(red**3 + green**3 + blue**3, squares)
    values = (total / 3, weighted, rgb.amax(dim=1, keepdim=True), total / 3, total, safe_sqrt(squares), power)
    result = values[0]
    for number, value in enumerate(values[1:], 1):
        result = torch.where(norm == number, value, result)
    return result
