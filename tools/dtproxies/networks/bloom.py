"""Blurred highlights blended over the image (`bloom`)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from dtproxies.networks.box import box_mean
from dtproxies.networks.sliders import broadcast_sliders

TIMES = 8
"""Number of successive running means, which approximate a Gaussian."""
WIDEST = 256
"""Radius of each running mean in pixels, if the slider is at 99 or above."""
PEAK = 128.0
"""Power of two above the lightness of white."""


class Bloom(nn.Module):
    """Lightness above a threshold, blurred and blended over the image like a screen: `bloom`, on L of Lab.

    Sliders: size and strength in per cent, threshold in units of L. darktable's threshold is hard, and it rounds the
    radius down to integers. In use the network does the same, with the gradients of a soft threshold and an unrounded
    radius. In training both are soft; the softness is fitted and vanishes.
    """

    def __init__(self) -> None:
        super().__init__()
        self.rate = nn.Parameter(torch.tensor(0.55))
        """Logarithm of the gain on lightness, if the slider is at 99 or above."""
        self.cover = nn.Parameter(torch.tensor(0.8))
        """Fraction of the blurred light that a white pixel does not receive."""
        self.edge = nn.Parameter(torch.tensor(1.0))
        """Logarithm of the width of the threshold in training, in units of L."""
        self.rounding = nn.Parameter(torch.tensor(0.0))
        """Logarithm of the exponent on the fractional part of the radius, in training."""

    def forward(self, image: Tensor, sliders: Tensor) -> Tensor:
        """Run the network; shapes and units as in `dtproxies.networks`."""
        size, threshold, strength = broadcast_sliders(sliders)
        lightness = image[:, :1]
        bright = lightness * torch.exp(self.rate * _fraction(strength))
        light = box_mean(bright * self._above_threshold(bright - threshold), self._radius(size), TIMES, peak=PEAK)
        result = lightness + light * (1 - self.cover * lightness / 100)
        return torch.cat([result, image[:, 1:]], dim=1)

    def _above_threshold(self, above: Tensor) -> Tensor:
        """Compute the fraction of a pixel's light that is blurred, from its distance to the threshold."""
        if self.training:
            return torch.sigmoid(above / torch.exp(self.edge))
        gradual = torch.sigmoid(above)
        return (above > 0).to(above.dtype) + (gradual - gradual.detach())

    def _radius(self, size: Tensor) -> Tensor:
        radius = WIDEST * _fraction(size)
        integer = torch.floor(radius.detach())
        if self.training:
            return integer + (radius - integer) ** torch.exp(self.rounding)
        return radius + (integer - radius).detach()


def _fraction(per_cent: Tensor) -> Tensor:
    return (per_cent + 1).clamp(max=100.0) / 100
