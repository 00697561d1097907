"""Conversion between RGB and HSL as in darktable; hue ranges over 0..1, and lightness of white is 1."""

from __future__ import annotations

import torch
from torch import Tensor

SMALL = 2.0**-16
"""Smallest divisor of saturation."""


def to_hsl(image: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Convert [B, 3, H, W] to hue, saturation, lightness, each [B, 1, H, W]; grey has hue and saturation 0.

    Saturation is unbounded if channels are outside 0..1.
    """
    red, green, blue = torch.chunk(image, 3, dim=1)
    most, least = image.amax(dim=1, keepdim=True), image.amin(dim=1, keepdim=True)
    chroma = most - least
    coloured = chroma != 0
    size = torch.where(coloured, chroma, 1.0)
    sixth = torch.where(
        most == red,
        (green - blue) / size,
        torch.where(most == green, 2 + (blue - red) / size, 4 + (red - green) / size),
    )
    hue = torch.where(sixth < 0, sixth + 6, sixth) / 6
    total = most + least
    maximum = torch.where(total < 1, total, 2 - total).clamp(min=SMALL)
    return torch.where(coloured, hue, 0.0), torch.where(coloured, chroma / maximum, 0.0), total / 2


def from_hsl(hue: Tensor, saturation: Tensor, lightness: Tensor) -> Tensor:
    """Convert HSL to RGB: the inverse of `to_hsl`; hue in 0..1."""
    half = (1 - (2 * lightness - 1).abs()) * saturation / 2
    sixth = 6 * hue
    turned = [
        torch.where(sixth < 4, sixth + 2, sixth - 4),
        sixth,
        torch.where(sixth > 2, sixth - 2, sixth + 4),
    ]
    ramps = torch.cat([torch.minimum(one, 4 - one).clamp(0, 1) for one in turned], dim=1)
    return lightness + half * (2 * ramps - 1)
