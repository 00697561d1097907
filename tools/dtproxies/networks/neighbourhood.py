"""What lies around each place of an image, by moving the image."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import torch
from torch import Tensor
from torch.nn import functional

Neighbours = Callable[[int, int], Tensor]
"""From steps down and across to the image moved so that each place holds what lies there."""


def shifted_neighbours(image: Tensor, reach: int, outside: str = "constant") -> Neighbours:
    """Neighbours of [B, C, H, W] up to `reach` places away; outside there are zeros, or with `replicate` the border."""
    padded = functional.pad(image, (reach, reach, reach, reach), mode=outside)

    # Ends counted from the end, and no place moved twice: sizes that are only known later make graphs slow to export.
    @cache
    def near(down: int, across: int) -> Tensor:
        rows, columns = (slice(reach + step, step - reach or None) for step in (down, across))
        return padded[..., rows, columns]

    return near


def interior_mask(image: Tensor, border: int) -> Tensor:
    """Where at least `border` places lie between a pixel and the end of the image, [1, 1, H, W]."""
    height, width = image.shape[-2:]
    rows = torch.arange(height, device=image.device).reshape(1, 1, -1, 1)
    columns = torch.arange(width, device=image.device).reshape(1, 1, 1, -1)
    return (rows >= border) & (rows < height - border) & (columns >= border) & (columns < width - border)


def sum_3x3(image: Tensor) -> Tensor:
    """Sums of 3 x 3 places; those outside the image count nothing."""
    near = shifted_neighbours(image, 1)
    columns = near(0, -1) + near(0, 0) + near(0, 1)
    near = shifted_neighbours(columns, 1)
    return near(-1, 0) + near(0, 0) + near(1, 0)
