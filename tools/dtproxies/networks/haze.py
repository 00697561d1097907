"""Haze taken away by its colour and by how dark a picture's surroundings are."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from dtproxies.networks.guided import guided
from dtproxies.networks.sliders import planes

DARK = 6
"""Half the width in pixels of the surroundings whose darkest colour counts."""
SMOOTH = 9
"""Half the width of the windows of the guided filter."""
SHARE = 0.95
"""Of the pixels have less haze, and of those with more 0.95 are darker, than those that show its colour."""
FAR = 44.361
"""Depth where there is no haze at all: half the logarithm of the largest number of single precision."""
DIMMEST = 1 / 1024


class Haze(nn.Module):
    """`hazeremoval` at full size, on linear light.

    Sliders: strength, and the depth up to which haze is taken away as a share of the picture's. The colour of haze is
    the mean of the brightest of those pixels whose surroundings are least dark; how dark those are gives the depth of
    the picture. The source: `src/iop/hazeremoval.c` of darktable; K. He, J. Sun and X. Tang, Single image haze removal
    using dark channel prior, 2009.
    """

    def __init__(self) -> None:
        super().__init__()
        self.even = nn.Parameter(torch.tensor(-3.0))
        """Logarithm of the variance of light below which the guided filter takes a window as even."""
        self.depth = nn.Parameter(torch.tensor(0.9))
        """What the logarithm of the haze is multiplied with to give the depth."""

    def forward(self, image: Tensor, sliders: Tensor) -> Tensor:
        """See `dtproxies.networks` for shapes and units."""
        strength, distance = planes(sliders)
        level, colour = _haze(image)
        seen = 1 - (image * _inverse(colour)).amin(dim=1, keepdim=True) * strength
        seen = guided(_darkest(_brightest(seen)), image, SMOOTH, torch.exp(self.even.double()))
        hazy = level > 0
        depth = torch.where(hazy, -self.depth * torch.log(torch.where(hazy, level, 1.0)), FAR)
        least = torch.exp((-distance * depth).clamp(max=0.0)).clamp(min=DIMMEST)
        return (image - colour) / torch.maximum(seen, least) + colour


def _haze(image: Tensor) -> tuple[Tensor, Tensor]:
    """How dark the surroundings are at the edge to the haziest pixels [B, 1, 1, 1], and its colour [B, 3, 1, 1]."""
    dark = _darkest(image.amin(dim=1, keepdim=True)).flatten(1)
    every = torch.ones_like(dark, dtype=torch.bool)
    level = _quantile(dark, every)
    hazy = dark >= level
    bright = image.sum(dim=1).flatten(1)
    chosen = hazy & (bright >= _quantile(bright, hazy))
    weights = chosen.to(image.dtype)[:, None]
    colour = (image.flatten(2) * weights).sum(dim=2) / weights.sum(dim=2)
    return level[:, :, None, None], colour[:, :, None, None]


def _quantile(values: Tensor, among: Tensor) -> Tensor:
    """[B, N] -> [B, 1]: that of those values, the one at the place that darktable takes."""
    count = among.sum(dim=1, keepdim=True)
    place = torch.floor(count.float() * SHARE).long()
    falling = torch.where(among, values, -torch.inf).topk(values.shape[1], dim=1).values
    return falling.gather(1, count - 1 - place)


def _brightest(image: Tensor) -> Tensor:
    """The largest value of the surroundings."""
    return functional.max_pool2d(image, 2 * DARK + 1, stride=1, padding=DARK)


def _darkest(image: Tensor) -> Tensor:
    return -_brightest(-image)


def _inverse(colour: Tensor) -> Tensor:
    there = colour != 0
    return torch.where(there, 1 / torch.where(there, colour, 1.0), 0.0)
