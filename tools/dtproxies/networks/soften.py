"""Image blended with a brightened, blurred copy (`soften`)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from dtproxies.networks.box import box_mean
from dtproxies.networks.hsl import from_hsl, to_hsl
from dtproxies.networks.sliders import broadcast_sliders

TIMES = 8
"""Number of successive running means, which approximate a Gaussian."""


class Soften(nn.Module):
    """Orton effect: `soften`.

    Sliders: size of the blur in per cent of a hundredth of the frame's diagonal, saturation in per cent and brightness
    in EV of the copy, its weight in per cent. Saturation and lightness of the copy are clipped to 0..1. As in
    darktable, the radius is rounded down to integers; gradients are those of the unrounded radius.
    """

    def __init__(self) -> None:
        super().__init__()
        self.rate = nn.Parameter(torch.tensor(0.55))
        """Logarithm of the gain on lightness per EV."""
        self.share = nn.Parameter(torch.tensor(0.8))
        """Weight of the copy if the slider is at 100."""

    def forward(self, image: Tensor, sliders: Tensor, frame: Tensor) -> Tensor:
        """Run the network; shapes and units as in `dtproxies.networks`."""
        size, saturation, brightness, amount = broadcast_sliders(sliders)
        hue, colour, lightness = to_hsl(image)
        colour = (colour * saturation / 100).clamp(0, 1)
        lightness = (lightness * torch.exp(self.rate * brightness)).clamp(0, 1)
        copy = box_mean(from_hsl(hue, colour, lightness), self._radius(size, frame), TIMES, peak=1.0)
        return image + self.share * amount / 100 * (copy - image)

    def _radius(self, size: Tensor, frame: Tensor) -> Tensor:
        width, height = broadcast_sliders(frame[:, 2:])
        largest = torch.floor(torch.sqrt(width**2 + height**2) * 0.01)
        radius = largest * (size + 1).clamp(max=100) / 100
        # The offset makes values that differ by rounding only give the same integer.
        return radius + (torch.floor(radius + 1e-6) - radius).detach()
