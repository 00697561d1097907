"""Edge-avoiding wavelet decomposition."""

from __future__ import annotations

import math
from collections.abc import Iterator

import torch
from torch import Tensor
from torch.nn import functional

TAPS = (1 / 16, 4 / 16, 6 / 16, 4 / 16, 1 / 16)
"""The cubic B-spline along one axis."""
NOISE = math.sqrt(2 + 2 * 4**2 + 6**2) / 16
"""Factor on the standard deviation of noise from one scale to the next."""


def decompose(image: Tensor, count: int, spread: Tensor, tolerance: float) -> Iterator[tuple[Tensor, Tensor]]:
    """Yield detail and coarse rest of each scale, finest first; both [B, C, H, W].

    The local mean uses 5 x 5 pixels with a spacing of 1, 2, 4... pixels. Weights are a B-spline, halved for every
    1 / `spread` by which the squared distance in value, in units of noise, exceeds the tolerance. The border is
    replicated.

    Args:
        image: [B, C, H, W], with noise of one standard deviation.
        count: number of scales.
        spread: rate at which weights fall with the squared distance.
        tolerance: squared distance times rate up to which values count as equal.
    """
    for scale in range(count):
        coarse = _means(image, 2**scale, spread / NOISE ** (2 * scale), tolerance)
        yield image - coarse, coarse
        image = coarse


def _means(image: Tensor, step: int, rate: Tensor, tolerance: float) -> Tensor:
    count = image.shape[1]
    padded = functional.pad(image, (2 * step,) * 4, mode="replicate")
    # Shift each channel five times: a convolution with a one at another position for each shift.
    shifts = torch.eye(len(TAPS), dtype=image.dtype, device=image.device)[:, None, None].repeat(count, 1, 1, 1)
    across = image.new_tensor(TAPS).reshape(1, 1, -1, 1, 1)
    centre, total, weights = image[:, :, None], torch.zeros_like(image), torch.zeros_like(image[:, :1])
    for row, down in enumerate(TAPS):
        rows = padded[:, :, row * step : (row + 1 - len(TAPS)) * step or None]
        neighbours = functional.conv2d(rows, shifts, dilation=step, groups=count)
        neighbours = neighbours.reshape(-1, count, len(TAPS), *image.shape[2:])
        distance = ((centre - neighbours) ** 2).sum(dim=1, keepdim=True)
        weight = down * across * _power_of_half(functional.relu(distance * rate - tolerance))
        total, weights = total + (weight * neighbours).sum(dim=2), weights + weight.sum(dim=2)
    return total / weights


def _power_of_half(exponent: Tensor) -> Tensor:
    """Approximate 0.5^exponent linearly between integers, as darktable does in the bits of a float."""
    integer = torch.ceil(exponent.detach())
    return (1 + integer - exponent) * torch.pow(2.0, -integer)
