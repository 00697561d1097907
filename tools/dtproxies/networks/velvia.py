"""Saturation boost for pale colours (`velvia`)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from dtproxies.networks.sliders import broadcast_sliders

EPSILON = 1e-5
"""Added to the divisor of saturation."""


class Velvia(nn.Module):
    """Channels moved away from the mean of the other two, pale and very light or dark pixels most: `velvia`.

    Sliders: strength in per cent, bias (at 1 the weight depends on saturation only, at 0 also on lightness). The output
    is clipped to 0..1; with strength 0 the image is unchanged.
    """

    def __init__(self) -> None:
        super().__init__()
        self.paleness = nn.Parameter(torch.tensor(1.2))
        """Rate at which the effect falls with saturation."""
        self.ends = nn.Parameter(torch.tensor(1.5))
        """Rate at which the effect rises from middle lightness towards black and white."""
        self.push = nn.Parameter(torch.tensor(0.8))
        """Factor on the distance to the mean of the other channels."""

    def forward(self, image: Tensor, sliders: Tensor) -> Tensor:
        """Run the network; shapes and units as in `dtproxies.networks`."""
        strength, bias = broadcast_sliders(sliders)
        most, least = image.amax(dim=1, keepdim=True), image.amin(dim=1, keepdim=True)
        total = most + least
        divisor = EPSILON + torch.where(total <= 1, total, (2 - total).clamp(min=0))
        saturation = (most - least) / torch.where(divisor.abs() < 1e-9, 1e-9, divisor)
        lightness = (1 + self.ends * (total / 2 - 0.5).abs()) * (1 - bias)
        weight = ((1 - self.paleness * saturation + lightness) / (2 - bias)).clamp(0, 1)
        others = (image.sum(dim=1, keepdim=True) - image) / 2
        moved = (image + self.push * strength / 100 * weight * (image - others)).clamp(0, 1)
        return torch.where(strength > 0, moved, image)
