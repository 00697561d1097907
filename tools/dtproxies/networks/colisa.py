"""Contrast, brightness and saturation in Lab (`colisa`)."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from dtproxies.networks.sliders import broadcast_sliders

STEPS = 65536
"""Number of entries of darktable's tables; the last one is used at and above L of 100."""
KNOTS = (0.7, 0.8, 0.9)
"""Positions at which a table is compared with its end to extrapolate it by a power of L."""


class Colisa(nn.Module):
    """Two successive curves on L, and one factor on a and b: `colisa`.

    Sliders: contrast, brightness, saturation, each -1..1. Negative contrast flattens a line around L of 50, positive
    contrast bends it to an S; brightness is a power. L below 0 counts as 0; above 100 each curve continues as a power
    fitted to its upper end. darktable reads both curves from tables. In use the network has the same steps, with the
    gradients of the continuous curves.
    """

    def __init__(self) -> None:
        super().__init__()
        self.boost = nn.Parameter(torch.tensor(2.5))
        """Logarithm of the curvature of the S at full contrast."""
        self.brightness = nn.Parameter(torch.tensor(1.5))
        """Change of the exponent at full brightness."""

    def forward(self, image: Tensor, sliders: Tensor) -> Tensor:
        """Run the network; shapes and units as in `dtproxies.networks`."""
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
        """Evaluate `curve` from a table below 1, and as a power above."""
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
            # Steps have no gradient; on average they are half a step lower.
            return x - 0.5 / STEPS
        return x + (torch.floor(x * STEPS) / STEPS - x).detach()
