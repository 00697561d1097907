"""The running mean along rows and columns, with a radius that gradients reach."""

from __future__ import annotations

import torch
from torch import Tensor


def box_mean(image: Tensor, radius: Tensor, times: int) -> Tensor:
    """The mean of all pixels within `radius` along rows and columns, taken `times` times.

    Sums are of float64: float32 would lose digits along long rows.

    Args:
        image: [B, C, H, W].
        radius: [B, 1, 1, 1], in pixels; between integers the pixels at the ends count in part. At the border there
            are fewer pixels.
        times: how often.
    """
    made = image.double()
    for _ in range(2):
        for _ in range(times):
            made = _along_rows(made, radius.double())
        made = made.transpose(2, 3)
    return made.to(image.dtype)


def _along_rows(image: Tensor, radius: Tensor) -> Tensor:
    length = image.shape[3]
    sums = torch.cat([torch.zeros_like(image[..., :1]), torch.cumsum(image, dim=3)], dim=3)
    places = torch.arange(length, dtype=image.dtype, device=image.device).reshape(1, 1, 1, -1)
    first, last = (places - radius).clamp(min=0), (places + radius + 1).clamp(max=length)
    return (_at(sums, last) - _at(sums, first)) / (last - first)


def _at(sums: Tensor, place: Tensor) -> Tensor:
    """Values between those of a row, in straight lines."""
    low = torch.floor(place.detach()).clamp(max=sums.shape[3] - 2)
    index = low.long().expand(sums.shape[0], sums.shape[1], sums.shape[2], -1)
    one, other = torch.gather(sums, 3, index), torch.gather(sums, 3, index + 1)
    return one + (place - low) * (other - one)
