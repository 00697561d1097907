"""More saturation for what is saturated."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from dtproxies.networks.sliders import broadcast_sliders


class Vibrance(nn.Module):
    """a and b of Lab scaled up, L scaled down, both by how far the colour is from grey: `vibrance`.

    Slider: amount in per cent.
    """

    def __init__(self) -> None:
        super().__init__()
        self.rise = nn.Parameter(torch.tensor(0.5))
        """Gain of a and b for each 100 of chroma at full amount."""
        self.fall = nn.Parameter(torch.tensor(0.35))
        """Loss of L as a share of that."""

    def forward(self, image: Tensor, sliders: Tensor) -> Tensor:
        """See `dtproxies.networks` for shapes and units."""
        (amount,) = broadcast_sliders(sliders)
        lightness, colour = image[:, :1], image[:, 1:]
        square = torch.sum(colour**2, dim=1, keepdim=True)
        # At grey the root has no slope.
        chroma = torch.where(square > 0, torch.sqrt(torch.where(square > 0, square, 1.0)), 0.0)
        gain = self.rise * amount / 100 * chroma / 100
        return torch.cat([lightness * (1 - self.fall * gain), colour * (1 + gain)], dim=1)
