"""Haze, found where no channel is dark, taken out of or put into an image."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from dtproxies.networks.guided_filter import guided_filter, window_maximum, window_minimum
from dtproxies.networks.powers import safe_divide
from dtproxies.networks.sliders import broadcast_sliders

DARK_WINDOW = 6
"""Radius in pixels of the windows in which the darkest channel is looked for."""
FILTER_WINDOW = 9
"""Radius in pixels of those of the guided filter."""
HAZY = 0.95
"""Share of pixels that are less hazy than those the light of haze is taken from; among these it is used once more, for
the brightest."""
DEEPEST = math.log(3.4028234663852886e38) / 2
"""Depth of an image in which haze leaves something black nearly everywhere."""
LEAST = 1 / 1024


class Haze(nn.Module):
    """`hazeremoval` (He, Sun, Tang 2011). Sliders: strength, below zero for more haze; largest distance cleared.

    The light of haze is the mean of the brightest among the haziest pixels of the image. How much of a pixel passes
    the haze follows from its darkest channel around it, smoothed by a guided filter.
    """

    def __init__(self) -> None:
        super().__init__()
        self.depth = nn.Parameter(torch.tensor(1.4))
        """Depth of the image as a multiple of that of its haziest places."""
        self.even = nn.Parameter(torch.tensor(-3.0))
        """Logarithm of the variance below which the guided filter only blurs."""

    def forward(self, image: Tensor, sliders: Tensor) -> Tensor:
        """See `dtproxies.networks` for shapes and units."""
        strength, distance = broadcast_sliders(sliders)
        light, depth = self._haze(image)
        veil = safe_divide(image, light).amin(dim=1, keepdim=True)
        passed = window_minimum(window_maximum(1 - strength * veil, DARK_WINDOW), DARK_WINDOW)
        passed = guided_filter(passed, image, FILTER_WINDOW, torch.exp(self.even))
        least = torch.exp(-distance * depth).clamp(LEAST, 1.0)
        return (image - light) / torch.maximum(passed, least) + light

    def _haze(self, image: Tensor) -> tuple[Tensor, Tensor]:
        """Light of the haze [B, 3, 1, 1], and depth of the image in lengths over which it takes all but 1 / e."""
        dark = window_minimum(image.amin(dim=1, keepdim=True), DARK_WINDOW).flatten(1)
        total = image.sum(dim=1).flatten(1)
        size = dark.shape[1]
        few = size - torch.floor(torch.tensor(size, dtype=torch.float32) * HAZY)
        limit = _at(dark, few - 1)
        hazy = dark >= limit
        count = hazy.sum(dim=1, keepdim=True).to(torch.float32)
        bright = _at(torch.where(hazy, total, -torch.inf), count - torch.floor(count * HAZY) - 1)
        chosen = (hazy & (total >= bright)).to(image.dtype)[:, None]
        light = torch.sum(image.flatten(2) * chosen, dim=2) / chosen.sum(dim=2)
        depth = torch.where(limit > 0, -self.depth * torch.log(torch.where(limit > 0, limit, 1.0)), DEEPEST)
        return light[:, :, None, None], depth[:, :, None, None]


def _at(values: Tensor, place: Tensor) -> Tensor:
    """The value [B, 1] at this place of each row [B, N], the largest being at 0."""
    ordered = torch.topk(values, values.shape[1], dim=1).values
    return torch.gather(ordered, 1, place.long().expand(values.shape[0], 1))
