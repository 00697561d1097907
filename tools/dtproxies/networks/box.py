"""Running mean along rows and columns, differentiable in its radius."""

from __future__ import annotations

import torch
from torch import Tensor

from dtproxies.networks.exact_sums import parts

LONGEST = 2**13
"""Length in pixels of lines whose running sums are exact."""


def box_mean(image: Tensor, radius: Tensor, times: int, *, peak: float) -> Tensor:
    """Compute the mean of all pixels within `radius` along rows and columns, `times` times.

    Running sums of float32 would lose digits along long rows. Pixels are therefore rounded to 24 bits below `peak`,
    and the sums of their upper and lower bits are exact.

    Args:
        image: [B, C, H, W].
        radius: [B, 1, 1, 1], in pixels; a fractional radius weights the outermost pixels. Windows are cut at the
            image border.
        times: number of successive means.
        peak: power of two above the mean of every line; where a line has a larger mean, its sums are rounded.
    """
    steps = (peak * LONGEST / 2**24, peak / 2**23)
    mean = image.transpose(2, 3)
    for _ in range(2):
        for _ in range(times):
            mean = _along_columns(mean, radius, steps)
        mean = mean.transpose(2, 3)
    return mean.transpose(2, 3)


def _along_columns(image: Tensor, radius: Tensor, steps: tuple[float, float]) -> Tensor:
    length = image.shape[2]
    positions = torch.arange(length, dtype=image.dtype, device=image.device).reshape(1, 1, -1, 1)
    first, last = (positions - radius).clamp(min=0), (positions + radius + 1).clamp(max=length)
    sums = [_window_sum(part, first, last) for part in parts(image, steps)]
    return torch.stack(sums).sum(dim=0) / (last - first)


def _window_sum(image: Tensor, first: Tensor, last: Tensor) -> Tensor:
    sums = torch.cat([torch.zeros_like(image[:, :, :1]), torch.cumsum(image, dim=2)], dim=2)
    return _at(sums, last) - _at(sums, first)


def _at(sums: Tensor, position: Tensor) -> Tensor:
    """Interpolate linearly between the values of a column."""
    low = torch.floor(position.detach()).clamp(max=sums.shape[2] - 2)
    left, right = _rows(sums, low), _rows(sums, low + 1)
    return left + (position - low) * (right - left)


def _rows(sums: Tensor, index: Tensor) -> Tensor:
    """Select rows of each image of the batch; whole rows are copied faster than single values."""
    rows = index.long().reshape(sums.shape[0], -1)
    return torch.cat([sums[at : at + 1].index_select(2, rows[at]) for at in range(sums.shape[0])])
