"""Contrast of details and of light and shade apart, by the fast local Laplacian filter."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from dtproxies.networks.laplacian_pyramid import LEVELS, Border, downsample, upsample
from dtproxies.networks.sliders import broadcast_sliders

GREYS = 6
"""Lightnesses round which curves are laid; between them, what the two nearest give is mixed."""


class LocalLaplacian(nn.Module):
    """`bilat` by its default method, on L of Lab; a and b stay.

    Sliders: contrast of highlights and of shadows, detail, and the range of midtones as a share of white. A curve is
    laid round each of six greys: it raises or lowers small distances from the grey by the detail, and gives larger ones
    the slopes of highlights (below the grey) and shadows (above it). From the pyramids of the six images that result,
    each pixel takes the level's detail from those of the two greys nearest to its own lightness at that level. The
    sources: `src/common/locallaplacian.c` of darktable; M. Aubry et al., Fast local Laplacian filters, 2014.
    """

    def __init__(self) -> None:
        super().__init__()
        self.width = nn.Parameter(torch.tensor(-0.25))
        """Logarithm of half the distance at which the curve becomes a straight line, as a share of the range."""
        self.gain = nn.Parameter(torch.tensor(0.8))
        """On the detail slider."""
        self.fall = nn.Parameter(torch.tensor(0.4))
        """Logarithm of how fast detail fades with the square of the distance, counted in widths."""

    def forward(self, image: Tensor, sliders: Tensor) -> Tensor:
        """See `dtproxies.networks` for shapes and units."""
        lightness = image[:, :1] / 100
        border = Border.of(image)
        made, extent = border.put_round(torch.cat([lightness, self._curves(lightness, sliders)], dim=1))
        levels, extents = [made], [extent]
        for _ in range(LEVELS):
            levels.append(downsample(levels[-1], extents[-1]))
            extents.append(extents[-1].half())
        made = levels[-1][:, :1]
        for level in reversed(range(LEVELS)):
            fine = levels[level]
            above = upsample(torch.cat([made, levels[level + 1][:, 1:]], dim=1), extents[level])
            details = _nearness(fine[:, :1]) * (fine[:, 1:] - above[:, 1:])
            built = above[:, :1] + details.sum(dim=1, keepdim=True)
            made = torch.where(border.last > level, built, fine[:, :1])
        return torch.cat([100 * border.take_off(made, image), image[:, 1:]], dim=1)

    def _curves(self, lightness: Tensor, sliders: Tensor) -> Tensor:
        """[B, 1, H, W] -> [B, GREYS, H, W]."""
        highlights, shadows, detail, midtone = broadcast_sliders(sliders)
        width = torch.exp(self.width) * midtone
        grey = _greys(lightness)
        apart = lightness - grey
        slope = torch.where(apart > 0, shadows, highlights)
        near = (apart.abs() / (2 * width)).clamp(max=1.0)
        bent = width * (2 * near + near**2 * (slope - 1)) + slope * functional.relu(apart.abs() - 2 * width)
        fading = _falling(torch.exp(self.fall) * (apart / width) ** 2)
        return grey + torch.sign(apart) * bent + self.gain * detail * apart * fading


def _greys(lightness: Tensor) -> Tensor:
    places = torch.arange(GREYS, dtype=lightness.dtype, device=lightness.device).reshape(1, -1, 1, 1)
    return (places + 0.5) / GREYS


def _nearness(lightness: Tensor) -> Tensor:
    """[B, 1, H, W] -> [B, GREYS, H, W]: one at a grey, none at its neighbours; beyond the last ones, that of those."""
    inside = lightness.clamp(0.5 / GREYS, 1 - 0.5 / GREYS)
    return functional.relu(1 - GREYS * (inside - _greys(lightness)).abs())


def _falling(number: Tensor) -> Tensor:
    """Two to the power of minus the number, which is not negative: straight lines between whole ones."""
    number = number.clamp(max=126.0)
    whole = torch.ceil(number)
    return torch.exp(-math.log(2) * whole) * (1 + whole - number)
