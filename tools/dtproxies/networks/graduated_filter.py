"""Graduated density filter with an optional colour (`graduatednd`)."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from dtproxies.networks.frame import pixel_grid
from dtproxies.networks.hsl import from_hsl
from dtproxies.networks.sliders import broadcast_sliders


class Graduated(nn.Module):
    """Light divided by a factor that rises from one side of the frame to the other: `graduatednd`.

    Sliders: density in EV, hardness in per cent, rotation in degrees, offset in per cent, hue 0..1, saturation 0..1. A
    negative density multiplies by the factor instead, from the opposite side. As in darktable, powers of two are a
    series of four terms to the eighth power. Negative light is black.
    """

    def __init__(self) -> None:
        super().__init__()
        self.rate = nn.Parameter(torch.tensor(0.55))
        """Logarithm of the factor for each EV."""
        self.hardest = nn.Parameter(torch.tensor(0.7))
        """Fraction of the transition that full hardness removes."""

    def forward(self, image: Tensor, sliders: Tensor, frame: Tensor) -> Tensor:
        """Run the network; shapes and units as in `dtproxies.networks`."""
        density, hardness, rotation, offset, hue, saturation = broadcast_sliders(sliders)
        position = self._position(image, frame, hardness, rotation, offset)
        colour = from_hsl(hue, saturation, torch.full_like(hue, 0.5))
        darker = density > 0
        colour = torch.where(darker, colour, 1 - colour)
        step = self.rate / 8 * density.abs() * (0.5 + torch.where(darker, position, -position)).clamp(0, 1)
        series = 1 + step * (1 + step / 2 * (1 + step / 3 * (1 + step / 4)))
        factor = colour + (1 - colour) * series**8
        return torch.where(darker, image / factor, image * factor).clamp(min=0)

    def _position(self, image: Tensor, frame: Tensor, hardness: Tensor, rotation: Tensor, offset: Tensor) -> Tensor:
        """Compute the position of each pixel across the filter: no effect up to -0.5, full effect from 0.5."""
        columns, rows = pixel_grid(image, frame)
        width, height = (one / 2 for one in broadcast_sliders(frame[:, 2:]))
        angle = -math.pi / 180 * rotation
        sine, cosine = torch.sin(angle), torch.cos(angle)
        along = sine * (columns / width - 1) + cosine * (1 - rows / height) - 1 + offset / 50
        diagonal = torch.sqrt(height**2 + width**2) / height
        return along / (diagonal * (1 - self.hardest * hardness / 100))
