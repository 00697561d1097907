"""Wavelet denoising after variance stabilisation by a sensor's noise profile (`denoiseprofile`)."""

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
TOLERANCE = 9.0
"""Tolerance of `decompose`: squared distance in noise times rate up to which neighbours count as equal."""
MIN_VARIANCE = 1e-6
"""Smallest variance of the signal without its noise."""
FULCRUM = math.log(0.05)
"""Logarithm of the light at which the shadows slider leaves the noise unchanged."""
LARGEST_SCALE = 0.2
"""Largest scale as a fraction of the longer side."""
STRENGTH_FACTOR = 2.5
"""Factor on strength in Y0U0V0 mode, compared with RGB mode."""


class Denoise(nn.Module):
    """Denoising by the noise profile of a camera: `denoiseprofile`, wavelets on Y0, U0, V0.

    A power of light stabilises the noise variance; the channels become their sum and two differences. The detail of
    each scale is soft-thresholded by the expected noise, and the transforms are inverted. Sliders: strength, preserve
    shadows, bias correction, and the noise profile: variance per light, and offset.
    """

    def __init__(self, factors: Sequence[float]) -> None:
        """Build it for images with these three white balance factors; ones for images without white balance."""
        super().__init__()
        self.register_buffer("factors", torch.tensor(factors))
        self.factors: Tensor
        """White balance factors of red, green and blue; they depend on the illuminant."""
        self.log_spread = nn.Parameter(torch.tensor(-4.3))
        """Logarithm of the rate at which the weight of neighbours falls with their colour distance."""
        self.log_threshold = nn.Parameter(torch.tensor(1.8))
        """Logarithm of the threshold relative to the expected noise."""

    def forward(self, image: Tensor, sliders: Tensor) -> Tensor:
        """Run the network; shapes and units as in `dtproxies.networks`."""
        strength, shadows, bias, slope, offset = broadcast_sliders(sliders)
        strength = STRENGTH_FACTOR * strength
        factors = self.factors.reshape(1, 3, 1, 1)
        bend = functional.relu(shadows - 0.1 * torch.log(factors))
        exponent = 1 - bend / 2
        noise = safe_sqrt(slope * torch.exp(FULCRUM * (1 - shadows)))
        forward_matrix, inverse_matrix = _noise_matrices(self.factors)
        stabilised = safe_power(functional.relu(image + offset), exponent) / (exponent * noise)
        stabilised = _mix_channels(forward_matrix, stabilised) / strength
        clean = _mix_channels(inverse_matrix, self._threshold_details(stabilised)) * strength
        clean = functional.relu(clean)
        light = clean + safe_sqrt(clean**2 + bias * strength * factors)
        return safe_power(light * noise * exponent / 2, 1 / exponent) - offset

    def _threshold_details(self, stabilised: Tensor) -> Tensor:
        """Soft-threshold the detail of all scales that fit into the image."""
        height, width = stabilised.shape[-2:]
        rows, columns = (torch.arange(size, device=stabilised.device) for size in (height, width))
        longest = torch.maximum(rows[-1], columns[-1]) + 1
        result, remainder = torch.zeros_like(stabilised), stabilised
        for scale, (detail, coarse) in enumerate(decompose(stabilised, SCALES, torch.exp(self.log_spread), TOLERANCE)):
            included = longest * LARGEST_SCALE >= 1 + 2 ** (scale + 1.5)
            noise = NOISE ** (2 * scale)
            variance = (detail**2).sum(dim=(2, 3), keepdim=True) / (height * width - 1)
            signal = torch.sqrt((variance - noise).clamp(min=MIN_VARIANCE))
            limit = torch.exp(self.log_threshold) * noise / signal
            shrunk = torch.sign(detail) * functional.relu(detail.abs() - limit)
            result = result + torch.where(included, shrunk, 0.0)
            remainder = torch.where(included, coarse, remainder)
        return result + remainder


def _mix_channels(matrix: Tensor, image: Tensor) -> Tensor:
    return torch.einsum("dc,bchw->bdhw", matrix, image)


def _noise_matrices(factors: Tensor) -> tuple[Tensor, Tensor]:
    """Build the matrices to the sum and two differences of the channels, each with unit noise, and back."""
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
    inverse_matrix = torch.stack([_cross(second, third), _cross(third, first), _cross(first, second)], dim=1) / volume
    return torch.stack([first, second, third]), inverse_matrix


def _cross(a: Tensor, b: Tensor) -> Tensor:
    """Compute the cross product of [3] and [3]."""
    return a.roll(-1) * b.roll(1) - a.roll(1) * b.roll(-1)
