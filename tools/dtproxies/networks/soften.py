"""An image mixed with its bright, blurred copy."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from dtproxies.networks.box import box_mean
from dtproxies.networks.hsl import from_hsl, to_hsl
from dtproxies.networks.sliders import broadcast_sliders

TIMES = 8
"""Running means one after the other, which come close to a Gaussian."""


class Soften(nn.Module):
    """The Orton effect: `soften`.

    Sliders: size of the blur in per cent of a hundredth of the frame's diagonal, saturation in per cent and brightness
    in EV of the copy, share of it in per cent. Saturation and lightness of the copy are clipped to 0..1. darktable
    rounds the radius down to whole pixels, and so does the network; slopes are those of a radius that is not rounded.
    """

    def __init__(self) -> None:
        super().__init__()
        self.rate = nn.Parameter(torch.tensor(0.55))
        """Logarithm of the factor on lightness for each EV."""
        self.share = nn.Parameter(torch.tensor(0.8))
        """Of the copy, when the slider is at 100."""

    def forward(self, image: Tensor, sliders: Tensor, frame: Tensor) -> Tensor:
        """See `dtproxies.networks` for shapes and units."""
        size, saturation, brightness, share = broadcast_sliders(sliders)
        hue, colour, lightness = to_hsl(image)
        colour = (colour * saturation / 100).clamp(0, 1)
        lightness = (lightness * torch.exp(self.rate * brightness)).clamp(0, 1)
        copy = box_mean(from_hsl(hue, colour, lightness), self._radius(size, frame), TIMES)
        return image + self.share * share / 100 * (copy - image)

    def _radius(self, size: Tensor, frame: Tensor) -> Tensor:
        width, height = broadcast_sliders(frame[:, 2:])
        largest = torch.floor(torch.sqrt(width**2 + height**2) * 0.01)
        radius = largest * (size + 1).clamp(max=100) / 100
        # Two numbers that are equal but for rounding have to give the same integer.
        return radius + (torch.floor(radius + 1e-6) - radius).detach()
