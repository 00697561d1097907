"""Corners of the frame darker or brighter, and with more or less colour."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from dtproxies.networks.frame import pixel_grid
from dtproxies.networks.powers import safe_power
from dtproxies.networks.sliders import broadcast_sliders

LEAST_SHAPE = 0.001
"""What darktable takes for smaller ones."""
LEAST_NORMAL = 2.0**-126
"""Smaller sums count as none in darktable, which computes without denormal numbers; shapes near 0 have such sums."""


class Vignette(nn.Module):
    """Brightness and saturation that change with the distance from a centre: `vignette`.

    Sliders: distance where it starts and over which it grows, both in per cent of half the longer side; brightness;
    saturation; centre x and y, -1..1 over the frame; whether the shape follows the frame; its width to height, 1 to 2
    for the inverse of 1 to 0; shape, from a rectangle over an ellipse at 1 to a star. Negative brightness scales light,
    positive adds to it. At 0 and at 2 the ratio has no width or height, and nothing is done, as in darktable.
    """

    def __init__(self) -> None:
        super().__init__()
        self.round = nn.Parameter(torch.tensor(1.7))
        """Power of the distance in each direction at a shape of 1."""
        self.grey = nn.Parameter(torch.tensor(0.28))
        """Share of each channel in the grey that saturation moves away from."""

    def forward(self, image: Tensor, sliders: Tensor, frame: Tensor) -> Tensor:
        """See `dtproxies.networks` for shapes and units."""
        start, width, brightness, saturation = broadcast_sliders(sliders[:, :4])
        least = 100 / torch.minimum(*broadcast_sliders(frame[:, 2:]))
        grown = (self._distance(image, sliders[:, 4:], frame) - start / 100) / (torch.maximum(width, least) / 100)
        weight = grown.clamp(0, 1)
        change = weight * brightness
        lit = torch.where(brightness < 0, image * (1 + change), image + change)
        grey = self.grey * lit.sum(dim=1, keepdim=True)
        return lit + (lit - grey) * weight * saturation

    def _distance(self, image: Tensor, sliders: Tensor, frame: Tensor) -> Tensor:
        x, y, follows, ratio, shape = broadcast_sliders(sliders)
        width, height = broadcast_sliders(frame[:, 2:])
        columns, rows = pixel_grid(image, frame)
        longer = torch.maximum(width, height)
        across = torch.where(follows > 0.5, width, longer * ratio.clamp(max=1))
        down = torch.where(follows > 0.5, height, longer * (2 - ratio).clamp(max=1))
        flat = torch.minimum(across, down) <= 0
        away_x = (columns - width / 2 * (1 + x)).abs() * 2 / torch.where(flat, 1.0, across)
        away_y = (rows - height / 2 * (1 + y)).abs() * 2 / torch.where(flat, 1.0, down)
        bend = self.round / shape.clamp(min=LEAST_SHAPE)
        total = safe_power(away_x, bend) + safe_power(away_y, bend)
        return torch.where(flat | (total < LEAST_NORMAL), 0.0, safe_power(total, 1 / bend))
