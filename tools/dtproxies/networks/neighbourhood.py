"""Neighbourhood access by shifted copies of an image."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import torch
from torch import Tensor
from torch.nn import functional

Neighbours = Callable[[int, int], Tensor]
"""Function from a shift (down, across) in pixels to the image shifted by it."""


def shifted_neighbours(image: Tensor, radius: int, outside: str = "constant") -> Neighbours:
    """Provide shifts of [B, C, H, W] by up to `radius` pixels; `outside` pads with zeros, or replicates the border."""
    padded = functional.pad(image, (radius, radius, radius, radius), mode=outside)

    # Negative slice ends and the cache avoid symbolic sizes and repeated slices, which slow down the export.
    @cache
    def shifted(down: int, across: int) -> Tensor:
        rows, columns = (slice(radius + step, step - radius or None) for step in (down, across))
        return padded[..., rows, columns]

    return shifted


def interior_mask(image: Tensor, border: int) -> Tensor:
    """Build the mask [1, 1, H, W] of pixels that are at least `border` pixels away from the image border."""
    height, width = image.shape[-2:]
    rows = torch.arange(height, device=image.device).reshape(1, 1, -1, 1)
    columns = torch.arange(width, device=image.device).reshape(1, 1, 1, -1)
    return (rows >= border) & (rows < height - border) & (columns >= border) & (columns < width - border)


def sum_3x3(image: Tensor) -> Tensor:
    """Sum 3 x 3 pixels; pixels outside the image count as zero."""
    shifted = shifted_neighbours(image, 1)
    columns = shifted(0, -1) + shifted(0, 0) + shifted(0, 1)
    shifted = shifted_neighbours(columns, 1)
    return shifted(-1, 0) + shifted(0, 0) + shifted(1, 0)
