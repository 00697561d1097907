"""Brightness and saturation as functions of the distance from a centre (`vignette`)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from dtproxies.networks.frame import pixel_grid
from dtproxies.networks.powers import safe_power
from dtproxies.networks.sliders import broadcast_sliders

LEAST_SHAPE = 0.001
"""Smallest shape; darktable raises smaller values to it."""
LEAST_NORMAL = 2.0**-126
"""Smallest normal float32: darktable flushes smaller sums to zero, which occur for shapes near 0."""


class Vignette(nn.Module):
    """Brightness and saturation that change with the distance from a centre: `vignette`.

    Sliders: start distance and transition width, both in per cent of half the longer side; brightness; saturation;
    centre x and y, -1..1 over the frame; automatic ratio (shape follows the frame); width-to-height ratio, where 1 to 2
    is the inverse of 1 to 0; shape, from a rectangle over an ellipse at 1 to a star. Negative brightness scales light,
    positive brightness adds to it. With a ratio of 0 or 2 the image is unchanged, as in darktable.
    """

    def __init__(self) -> None:
        super().__init__()
        self.round = nn.Parameter(torch.tensor(1.7))
        """Exponent of the distance in each direction at a shape of 1."""
        self.grey = nn.Parameter(torch.tensor(0.28))
        """Weight of each channel in the grey that saturation scales around."""

    def forward(self, image: Tensor, sliders: Tensor, frame: Tensor) -> Tensor:
        """Run the network; shapes and units as in `dtproxies.networks`."""
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
