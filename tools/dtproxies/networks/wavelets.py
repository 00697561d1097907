"""Layers of detail at ever larger scales, from means that edges keep apart."""

from __future__ import annotations

import math
from collections.abc import Iterator

import torch
from torch import Tensor
from torch.nn import functional

TAPS = (1 / 16, 4 / 16, 6 / 16, 4 / 16, 1 / 16)
"""The cubic B-spline along one axis."""
NOISE = math.sqrt(2 + 2 * 4**2 + 6**2) / 16
"""How much smaller noise of one standard deviation is on the next scale."""


def decompose(image: Tensor, count: int, spread: Tensor, apart: float) -> Iterator[tuple[Tensor, Tensor]]:
    """The detail that each scale takes away, finest first, and what is left behind it; [B, C, H, W] both.

    The mean around a pixel is over 5 x 5 places that lie 1, 2, 4... pixels apart, each weighed by the B-spline and by
    half for every 1 / `spread` that the square of its distance in value, measured in noise, exceeds. Pixels at the
    border go on outside.

    Args:
        image: [B, C, H, W], with noise of one standard deviation.
        count: scales.
        spread: rate of that weight.
        apart: up to this times the rate, values count as equal.
    """
    for scale in range(count):
        coarse = _means(image, 2**scale, spread / NOISE ** (2 * scale), apart)
        yield image - coarse, coarse
        image = coarse


def _means(image: Tensor, step: int, rate: Tensor, apart: float) -> Tensor:
    count = image.shape[1]
    padded = functional.pad(image, (2 * step,) * 4, mode="replicate")
    # Each channel five times, moved: a convolution with a one in another place for each of them.
    moved = torch.eye(len(TAPS), dtype=image.dtype, device=image.device)[:, None, None].repeat(count, 1, 1, 1)
    across = image.new_tensor(TAPS).reshape(1, 1, -1, 1, 1)
    here, total, weights = image[:, :, None], torch.zeros_like(image), torch.zeros_like(image[:, :1])
    for row, down in enumerate(TAPS):
        rows = padded[:, :, row * step : (row + 1 - len(TAPS)) * step or None]
        near = functional.conv2d(rows, moved, dilation=step, groups=count)
        near = near.reshape(-1, count, len(TAPS), *image.shape[2:])
        distance = ((here - near) ** 2).sum(dim=1, keepdim=True)
        weight = down * across * _halved(functional.relu(distance * rate - apart))
        total, weights = total + (weight * near).sum(dim=2), weights + weight.sum(dim=2)
    return total / weights


def _halved(times: Tensor) -> Tensor:
    """One half to that power, in straight lines between whole ones: darktable writes it into the bits of a float."""
    whole = torch.ceil(times.detach())
    return (1 + whole - times) * torch.pow(2.0, -whole)
