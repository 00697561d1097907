"""Contrast, lightness and saturation in Lab."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from dtproxies.networks.sliders import broadcast_sliders

STEPS = 65536
"""Of darktable's tables; the last is looked up at and above L of 100."""
KNOTS = (0.7, 0.8, 0.9)
"""Where a table is compared with its end, to be continued by a power of L."""


class Colisa(nn.Module):
    """Two curves on L, one after the other, and one factor on a and b: `colisa`.

    Sliders: contrast, brightness, saturation, each -1..1. Contrast turns a straight line round L of 50 flatter, or
    bends it to an S; brightness is a power. Below 0, L counts as 0; above 100 each curve goes on as a power that fits
    its upper end. darktable takes both curves from tables; when the network is not trained it takes the same steps, and
    slopes are those of the curves.
    """

    def __init__(self) -> None:
        super().__init__()
        self.boost = nn.Parameter(torch.tensor(2.5))
        """Logarithm of how much the S bends at full contrast."""
        self.brightness = nn.Parameter(torch.tensor(1.5))
        """Of the power, at full brightness."""

    def forward(self, image: Tensor, sliders: Tensor) -> Tensor:
        """See `dtproxies.networks` for shapes and units."""
        contrast, brightness, saturation = broadcast_sliders(sliders)
        lightness = self._curve(image[:, :1] / 100, lambda x: self._contrast(x, contrast))
        lightness = self._curve(lightness, lambda x: self._power(x, brightness))
        return torch.cat([100 * lightness, image[:, 1:] * (1 + saturation)], dim=1)

    def _contrast(self, x: Tensor, contrast: Tensor) -> Tensor:
        bend = torch.exp(self.boost) * contrast.clamp(min=0) ** 2
        away = 2 * x - 1
        bent = torch.sqrt(1 + bend) * away / torch.sqrt(1 + bend * away**2)
        return (torch.where(contrast > 0, bent, (1 + contrast) * away) + 1) / 2

    def _power(self, x: Tensor, brightness: Tensor) -> Tensor:
        change = self.brightness * brightness
        power = torch.where(change >= 0, 1 / (1 + change.clamp(min=0)), 1 - change)
        return torch.where(x > 0, torch.pow(x.clamp(min=1e-9), power), 0.0)

    def _curve(self, x: Tensor, curve: Callable[[Tensor], Tensor]) -> Tensor:
        """`curve` from a table below 1, and a power above."""
        inside = curve(self._step(x).clamp(0.0, 1 - 1 / STEPS))
        end = curve(torch.full_like(x[:, :, :1, :1], 1 - 1 / STEPS))
        knots = [curve(torch.full_like(end, int(knot * STEPS) / STEPS)) for knot in KNOTS]
        powers = [
            torch.log(one / end) / torch.log(torch.full_like(one, knot)) for one, knot in zip(knots, KNOTS, strict=True)
        ]
        power = torch.stack(powers).mean(dim=0)
        return torch.where(x < 1, inside, end * torch.pow(x.clamp(min=1), power))

    def _step(self, x: Tensor) -> Tensor:
        if self.training:
            # Steps have no slope; on average they lie half a step below.
            return x - 0.5 / STEPS
        return x + (torch.floor(x * STEPS) / STEPS - x).detach()
