"""Bright light that spreads over its surroundings."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from dtproxies.networks.box import box_mean
from dtproxies.networks.sliders import broadcast_sliders

TIMES = 8
"""Running means one after the other, which come close to a Gaussian."""
WIDEST = 256
"""Radius of each of them in pixels, when the slider is at 99 or above."""


class Bloom(nn.Module):
    """Lightness above a threshold, blurred and laid over the image as a second slide: `bloom`, on L of Lab.

    Sliders: size and strength in per cent, threshold in units of L. darktable takes the light of a pixel whole or not
    at all, and rounds the radius down to whole pixels; so does the network when it is not trained, and slopes are then
    those of a gradual threshold and of a radius that is not rounded. In training both are gradual, and how gradual is
    fitted: what darktable renders drives it to nothing.
    """

    def __init__(self) -> None:
        super().__init__()
        self.rate = nn.Parameter(torch.tensor(0.55))
        """Logarithm of the factor on lightness when the slider is at 99 or above."""
        self.cover = nn.Parameter(torch.tensor(0.8))
        """Share of the spread light that a white pixel does not take."""
        self.edge = nn.Parameter(torch.tensor(1.0))
        """Logarithm of the width of the threshold in training, in units of L."""
        self.rounding = nn.Parameter(torch.tensor(0.0))
        """Logarithm of the power of what a radius has beyond an integer, in training."""

    def forward(self, image: Tensor, sliders: Tensor) -> Tensor:
        """See `dtproxies.networks` for shapes and units."""
        size, threshold, strength = broadcast_sliders(sliders)
        lightness = image[:, :1]
        bright = lightness * torch.exp(self.rate * _share(strength))
        light = box_mean(bright * self._taken(bright - threshold), self._radius(size), TIMES)
        made = lightness + light * (1 - self.cover * lightness / 100)
        return torch.cat([made, image[:, 1:]], dim=1)

    def _taken(self, above: Tensor) -> Tensor:
        """The share of a pixel's light that is spread, from its distance to the threshold."""
        if self.training:
            return torch.sigmoid(above / torch.exp(self.edge))
        gradual = torch.sigmoid(above)
        return (above > 0).to(above.dtype) + (gradual - gradual.detach())

    def _radius(self, size: Tensor) -> Tensor:
        radius = WIDEST * _share(size).double()
        whole = torch.floor(radius.detach())
        if self.training:
            return whole + (radius - whole) ** torch.exp(self.rounding.double())
        return radius + (whole - radius).detach()


def _share(per_cent: Tensor) -> Tensor:
    return (per_cent + 1).clamp(max=100.0) / 100
