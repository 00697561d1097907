"""Local contrast by the fast local Laplacian filter (`bilat`)."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from dtproxies.networks.laplacian_pyramid import LEVELS, Border, downsample, upsample
from dtproxies.networks.sliders import broadcast_sliders

GREYS = 6
"""Number of grey levels with a curve each; results are interpolated between the two nearest."""


class LocalLaplacian(nn.Module):
    """`bilat` by its default method, on L of Lab; a and b are unchanged.

    Sliders: contrast of highlights and of shadows, detail, and the range of midtones as a fraction of white. A curve
    around each of six greys changes small differences from the grey by the detail slider. Larger differences get the
    slopes of highlights (below the grey) and shadows (above it). Each curve yields an image and its pyramid. At each
    level, a pixel interpolates its detail between the two greys nearest to its lightness at that level. Sources:
    `src/common/locallaplacian.c` of darktable; M. Aubry et al., Fast local Laplacian filters, 2014.
    """

    def __init__(self) -> None:
        super().__init__()
        self.width = nn.Parameter(torch.tensor(-0.25))
        """Logarithm of half the distance from which the curve is linear, as a fraction of the midtone range."""
        self.gain = nn.Parameter(torch.tensor(0.8))
        """Factor on the detail slider."""
        self.fall = nn.Parameter(torch.tensor(0.4))
        """Logarithm of the rate at which detail falls with the squared distance in widths."""

    def forward(self, image: Tensor, sliders: Tensor) -> Tensor:
        """Run the network; shapes and units as in `dtproxies.networks`."""
        lightness = image[:, :1] / 100
        border = Border.of(image)
        output, extent = border.pad(torch.cat([lightness, self._curves(lightness, sliders)], dim=1))
        levels, extents = [output], [extent]
        for _ in range(LEVELS):
            levels.append(downsample(levels[-1], extents[-1]))
            extents.append(extents[-1].half())
        output = levels[-1][:, :1]
        for level in reversed(range(LEVELS)):
            fine = levels[level]
            above = upsample(torch.cat([output, levels[level + 1][:, 1:]], dim=1), extents[level])
            details = _weights(fine[:, :1]) * (fine[:, 1:] - above[:, 1:])
            combined = above[:, :1] + details.sum(dim=1, keepdim=True)
            output = torch.where(border.last > level, combined, fine[:, :1])
        return torch.cat([100 * border.crop(output, image), image[:, 1:]], dim=1)

    def _curves(self, lightness: Tensor, sliders: Tensor) -> Tensor:
        """Apply the curve of each grey: [B, 1, H, W] -> [B, GREYS, H, W]."""
        highlights, shadows, detail, midtone = broadcast_sliders(sliders)
        width = torch.exp(self.width) * midtone
        grey = _greys(lightness)
        difference = lightness - grey
        slope = torch.where(difference > 0, shadows, highlights)
        position = (difference.abs() / (2 * width)).clamp(max=1.0)
        bent = width * (2 * position + position**2 * (slope - 1)) + slope * functional.relu(
            difference.abs() - 2 * width
        )
        fading = _power_of_two(torch.exp(self.fall) * (difference / width) ** 2)
        return grey + torch.sign(difference) * bent + self.gain * detail * difference * fading


def _greys(lightness: Tensor) -> Tensor:
    index = torch.arange(GREYS, dtype=lightness.dtype, device=lightness.device).reshape(1, -1, 1, 1)
    return (index + 0.5) / GREYS


def _weights(lightness: Tensor) -> Tensor:
    """Compute interpolation weights [B, 1, H, W] -> [B, GREYS, H, W], clamped beyond the outermost greys."""
    inside = lightness.clamp(0.5 / GREYS, 1 - 0.5 / GREYS)
    return functional.relu(1 - GREYS * (inside - _greys(lightness)).abs())


def _power_of_two(exponent: Tensor) -> Tensor:
    """Approximate 2^-exponent for non-negative exponents, linearly between integers."""
    exponent = exponent.clamp(max=126.0)
    integer = torch.ceil(exponent)
    return torch.exp(-math.log(2) * integer) * (1 + integer - exponent)
