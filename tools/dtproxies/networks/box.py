"""Running mean along rows and columns, differentiable in its radius."""

from __future__ import annotations

import torch
from torch import Tensor


def box_mean(image: Tensor, radius: Tensor, times: int) -> Tensor:
    """Compute the mean of all pixels within `radius` along rows and columns, `times` times.

    Sums use float64, because float32 loses digits along long rows.

    Args:
        image: [B, C, H, W].
        radius: [B, 1, 1, 1], in pixels; a fractional radius weights the outermost pixels. Windows are cut at the
            image border.
        times: number of successive means.
    """
    mean = image.double()
    for _ in range(2):
        for _ in range(times):
            mean = _along_rows(mean, radius.double())
        mean = mean.transpose(2, 3)
    return mean.to(image.dtype)


def _along_rows(image: Tensor, radius: Tensor) -> Tensor:
    length = image.shape[3]
    sums = torch.cat([torch.zeros_like(image[..., :1]), torch.cumsum(image, dim=3)], dim=3)
    positions = torch.arange(length, dtype=image.dtype, device=image.device).reshape(1, 1, 1, -1)
    first, last = (positions - radius).clamp(min=0), (positions + radius + 1).clamp(max=length)
    return (_at(sums, last) - _at(sums, first)) / (last - first)


def _at(sums: Tensor, position: Tensor) -> Tensor:
    """Interpolate linearly between the values of a row."""
    low = torch.floor(position.detach()).clamp(max=sums.shape[3] - 2)
    index = low.long().expand(sums.shape[0], sums.shape[1], sums.shape[2], -1)
    left, right = torch.gather(sums, 3, index), torch.gather(sums, 3, index + 1)
    return left + (position - low) * (right - left)
