"""Noise of a sensor, made even, taken out of wavelets, and the image put together again."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from dtproxies.networks.powers import safe_power, safe_sqrt
from dtproxies.networks.sliders import broadcast_sliders
from dtproxies.networks.wavelets import NOISE, decompose

SCALES = 7
APART = 9.0
"""Square of the distance, in noise, up to which neighbours count as equal, times the rate at which they part."""
LEAST = 1e-6
"""Smallest variance of an image without its noise."""
FULCRUM = math.log(0.05)
"""Logarithm of the light at which the noise stays what it was when shadows are preserved more or less."""
PART = 0.2
"""Share of the longer side that the largest scale may take in."""
STRONGER = 2.5
"""How much more strength counts in colours of even noise than in red, green and blue."""


class Denoise(nn.Module):
    """Denoising by the noise that a camera is known to have: `denoiseprofile`, wavelets on Y0, U0, V0.

    Light is bent by a power until its noise is the same everywhere, and mixed into the sum and two differences of its
    colours. Of the detail on each scale, what noise explains is taken away; then everything is undone. Sliders:
    strength, preserve shadows, bias correction, and noise of the sensor: variance per light, and what it adds in black.
    """

    def __init__(self, factors: Sequence[float]) -> None:
        """Build it for images that white balance multiplied by these three factors; ones where there was none."""
        super().__init__()
        self.register_buffer("factors", torch.tensor(factors))
        self.factors: Tensor
        """Of red, green and blue; another light has others."""
        self.log_spread = nn.Parameter(torch.tensor(-4.3))
        """Logarithm of the rate at which neighbours of other colours part."""
        self.log_threshold = nn.Parameter(torch.tensor(1.8))
        """That of how much of what noise explains is taken away."""

    def forward(self, image: Tensor, sliders: Tensor) -> Tensor:
        """See `dtproxies.networks` for shapes and units."""
        strength, shadows, bias, slope, offset = broadcast_sliders(sliders)
        strength = STRONGER * strength
        factors = self.factors.reshape(1, 3, 1, 1)
        bend = functional.relu(shadows - 0.1 * torch.log(factors))
        rest = 1 - bend / 2
        noise = safe_sqrt(slope * torch.exp(FULCRUM * (1 - shadows)))
        there, back = _colours(self.factors)
        even = safe_power(functional.relu(image + offset), rest) / (rest * noise)
        even = _mixed(there, even) / strength
        clean = _mixed(back, self._shrunk(even)) * strength
        clean = functional.relu(clean)
        light = clean + safe_sqrt(clean**2 + bias * strength * factors)
        return safe_power(light * noise * rest / 2, 1 / rest) - offset

    def _shrunk(self, even: Tensor) -> Tensor:
        """Details closer to nothing by the share that is noise, on the scales that the image is large enough for."""
        height, width = even.shape[-2:]
        rows, columns = (torch.arange(size, device=even.device) for size in (height, width))
        longest = torch.maximum(rows[-1], columns[-1]) + 1
        made, rest = torch.zeros_like(even), even
        for scale, (detail, coarse) in enumerate(decompose(even, SCALES, torch.exp(self.log_spread), APART)):
            shown = longest * PART >= 1 + 2 ** (scale + 1.5)
            noise = NOISE ** (2 * scale)
            variance = (detail**2).sum(dim=(2, 3), keepdim=True) / (height * width - 1)
            signal = torch.sqrt((variance - noise).clamp(min=LEAST))
            limit = torch.exp(self.log_threshold) * noise / signal
            kept = torch.sign(detail) * functional.relu(detail.abs() - limit)
            made = made + torch.where(shown, kept, 0.0)
            rest = torch.where(shown, coarse, rest)
        return made + rest


def _mixed(matrix: Tensor, image: Tensor) -> Tensor:
    return torch.einsum("dc,bchw->bdhw", matrix, image)


def _colours(factors: Tensor) -> tuple[Tensor, Tensor]:
    """Matrices to the sum of the colours and two differences, each with noise of one, and back."""
    red, green, blue = factors.unbind()
    total = math.sqrt(3) * (1 / red + 1 / green + 1 / blue)
    ends = torch.sqrt(red**2 + blue**2) / 2
    middle = torch.sqrt((red**2 + blue**2) / 16 + green**2 / 4)
    none = torch.zeros_like(red)
    rows = (
        (total / red, total / green, total / blue),
        (0.5 / ends, none, -0.5 / ends),
        (0.25 / middle, -0.5 / middle, 0.25 / middle),
    )
    first, second, third = (torch.stack(row) for row in rows)
    volume = (first * _cross(second, third)).sum()
    back = torch.stack([_cross(second, third), _cross(third, first), _cross(first, second)], dim=1) / volume
    return torch.stack([first, second, third]), back


def _cross(one: Tensor, other: Tensor) -> Tensor:
    """The vector product of [3] and [3]."""
    return one.roll(-1) * other.roll(1) - one.roll(1) * other.roll(-1)
