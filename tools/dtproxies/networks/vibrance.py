"""Saturation boost that grows with chroma (`vibrance`)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from dtproxies.networks.sliders import broadcast_sliders


class Vibrance(nn.Module):
    """a and b of Lab scaled up and L scaled down in proportion to chroma: `vibrance`.

    Slider: amount in per cent.
    """

    def __init__(self) -> None:
        super().__init__()
        self.rise = nn.Parameter(torch.tensor(0.5))
        """Gain of a and b per 100 of chroma at full amount."""
        self.fall = nn.Parameter(torch.tensor(0.35))
        """Relative decrease of L as a fraction of that gain."""

    def forward(self, image: Tensor, sliders: Tensor) -> Tensor:
        """Run the network; shapes and units as in `dtproxies.networks`."""
        (amount,) = broadcast_sliders(sliders)
        lightness, colour = image[:, :1], image[:, 1:]
        square = torch.sum(colour**2, dim=1, keepdim=True)
        # At grey the square root has no finite gradient.
        chroma = torch.where(square > 0, torch.sqrt(torch.where(square > 0, square, 1.0)), 0.0)
        gain = self.rise * amount / 100 * chroma / 100
        return torch.cat([lightness * (1 - self.fall * gain), colour * (1 + gain)], dim=1)
