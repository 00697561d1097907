"""Blur of Lab, then contrast, brightness and saturation (`lowpass`)."""

from __future__ import annotations

import torch
from torch import Tensor

from dtproxies.networks.colisa import Colisa
from dtproxies.networks.recursive import Recursive
from dtproxies.networks.sliders import broadcast_sliders


class Lowpass(Colisa):
    """Sliders: radius in pixels, contrast, brightness, saturation, the latter three -3..3: `lowpass`, not clipped.

    Up to 1, contrast is the slope of a line; beyond, it bends the line to an S. Contrast 1, brightness 0 and saturation
    1 leave the blurred image unchanged. Curves are read from tables and extrapolated as in `Colisa`. The blur has exact
    sums: a tile sums over shorter lines than the whole image, and could otherwise read other table entries.
    """

    def __init__(self) -> None:
        super().__init__()
        self.blur = Recursive(exact=True)

    def forward(self, image: Tensor, sliders: Tensor) -> Tensor:
        """Run the network; shapes and units as in `dtproxies.networks`."""
        radius, contrast, brightness, saturation = broadcast_sliders(sliders)
        blurred = self.blur(image, radius)
        lightness = self._curve(blurred[:, :1] / 100, lambda x: self._contrast(x, contrast))
        lightness = self._curve(lightness, lambda x: self._power(x, brightness))
        return torch.cat([100 * lightness, blurred[:, 1:] * saturation], dim=1)

    def _contrast(self, x: Tensor, contrast: Tensor) -> Tensor:
        bend = torch.exp(self.boost) * (contrast.abs() - 1).clamp(min=0) ** 2
        away = 2 * x - 1
        bent = torch.sign(contrast) * torch.sqrt(1 + bend) * away / torch.sqrt(1 + bend * away**2)
        return (torch.where(contrast.abs() > 1, bent, contrast * away) + 1) / 2
