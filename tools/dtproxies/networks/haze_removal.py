"""Haze removal by the dark channel prior (`hazeremoval`)."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from dtproxies.networks.guided_filter import guided_filter, window_maximum, window_minimum
from dtproxies.networks.powers import safe_divide
from dtproxies.networks.sliders import broadcast_sliders

DARK_WINDOW = 6
"""Radius in pixels of the windows of the dark channel."""
FILTER_WINDOW = 9
"""Radius in pixels of the windows of the guided filter."""
HAZY = 0.95
"""Quantile of haziness above which pixels contribute to the haze colour; applied again to their brightness."""
DEEPEST = math.log(3.4028234663852886e38) / 2
"""Depth of an image that is nearly free of haze."""
MIN_TRANSMISSION = 1 / 1024


class Haze(nn.Module):
    """`hazeremoval` (He, Sun, Tang 2011). Sliders: strength, below zero for more haze; largest distance cleared.

    The haze colour is the mean of the brightest among the haziest pixels of the image. The transmission of a pixel
    derives from the dark channel of its neighbourhood, smoothed by a guided filter.
    """

    def __init__(self) -> None:
        super().__init__()
        self.depth = nn.Parameter(torch.tensor(1.4))
        """Depth of the image as a multiple of the depth of its haziest pixels."""
        self.even = nn.Parameter(torch.tensor(-3.0))
        """Logarithm of the variance below which the guided filter only blurs."""

    def forward(self, image: Tensor, sliders: Tensor) -> Tensor:
        """Run the network; shapes and units as in `dtproxies.networks`."""
        strength, distance = broadcast_sliders(sliders)
        light, depth = self._haze(image)
        dark_channel = safe_divide(image, light).amin(dim=1, keepdim=True)
        transmission = window_minimum(window_maximum(1 - strength * dark_channel, DARK_WINDOW), DARK_WINDOW)
        transmission = guided_filter(transmission, image, FILTER_WINDOW, torch.exp(self.even))
        least = torch.exp(-distance * depth).clamp(MIN_TRANSMISSION, 1.0)
        return (image - light) / torch.maximum(transmission, least) + light

    def _haze(self, image: Tensor) -> tuple[Tensor, Tensor]:
        """Estimate haze colour [B, 3, 1, 1] and depth of the image, in lengths with a transmission of 1 / e."""
        dark = window_minimum(image.amin(dim=1, keepdim=True), DARK_WINDOW).flatten(1)
        total = image.sum(dim=1).flatten(1)
        size = dark.shape[1]
        haziest = size - torch.floor(torch.tensor(size, dtype=torch.float32) * HAZY)
        limit = _by_rank(dark, haziest - 1)
        hazy = dark >= limit
        count = hazy.sum(dim=1, keepdim=True).to(torch.float32)
        bright = _by_rank(torch.where(hazy, total, -torch.inf), count - torch.floor(count * HAZY) - 1)
        chosen = (hazy & (total >= bright)).to(image.dtype)[:, None]
        light = torch.sum(image.flatten(2) * chosen, dim=2) / chosen.sum(dim=2)
        depth = torch.where(limit > 0, -self.depth * torch.log(torch.where(limit > 0, limit, 1.0)), DEEPEST)
        return light[:, :, None, None], depth[:, :, None, None]


def _by_rank(values: Tensor, rank: Tensor) -> Tensor:
    """Select the value [B, 1] with this rank in each row [B, N]; rank 0 is the largest."""
    ordered = torch.topk(values, values.shape[1], dim=1).values
    return torch.gather(ordered, 1, rank.long().expand(values.shape[0], 1))
