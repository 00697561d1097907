"""Exposure change as a smooth function of a luminance mask (`toneequal`)."""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor, nn

from dtproxies.networks.powers import safe_sqrt
from dtproxies.networks.sliders import broadcast_sliders
from dtproxies.networks.smooth_mask import SmoothMask

LN2 = math.log(2)
DARKEST = -8.0
"""EV of the first of the nine sliders; the last is at 0."""
GAINS = 9
BUMPS = 8
"""Number of Gaussians whose sum is the curve; evenly spaced over the range of the sliders."""
WIDTH = math.sqrt(2)
"""Standard deviation of the Gaussians in EV: `smoothing` at its default."""
MIN_LUMINANCE = 2.0**-16
STEPS = 10000
"""Entries per EV of darktable's table of the curve; the nearest entry is used, except in training."""
GAIN_RANGE = (0.25, 4.0)
"""Bounds of the gain."""


class ToneEqual(nn.Module):
    """`toneequal` with its defaults: exposure-independent guided filter, and the Euclidean norm of RGB as luminance.

    Sliders: gain in EV at nine luminances from -8 to 0 EV, smoothing diameter in per cent of the longer side of the
    frame, edges refinement (feathering), contrast and exposure of the mask in EV. The sum of Gaussians is a
    least-squares fit to the nine gains.
    """

    _fit: Tensor
    _centres: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.fulcrum = nn.Parameter(torch.tensor(0.08))
        """Luminance that the contrast of the mask leaves unchanged."""
        self.mask = SmoothMask()
        centres = np.linspace(DARKEST, 0, BUMPS)
        distance = np.linspace(DARKEST, 0, GAINS)[:, None] - centres
        self.register_buffer("_centres", torch.from_numpy(centres).reshape(1, BUMPS, 1, 1), persistent=False)
        self.register_buffer(
            "_fit", torch.from_numpy(np.linalg.pinv(np.exp(-(distance**2) / (2 * WIDTH**2)))), persistent=False
        )

    def forward(self, image: Tensor, sliders: Tensor, frame: Tensor) -> Tensor:
        """Run the network; shapes and units as in `dtproxies.networks`."""
        blending, feathering, contrast, exposure = broadcast_sliders(sliders[:, GAINS:])
        light = torch.exp(LN2 * exposure) * safe_sqrt(torch.sum(image**2, dim=1, keepdim=True))
        light = ((light - self.fulcrum) * torch.exp(LN2 * contrast) + self.fulcrum).clamp(min=MIN_LUMINANCE)
        smooth = self.mask(light, blending, feathering, frame).clamp(min=MIN_LUMINANCE)
        level = (torch.log(smooth) / LN2).clamp(DARKEST, 0.0)
        if not self.training:
            level = level + (torch.round(level * STEPS) / STEPS - level).detach()
        return image * self._gain(level, sliders[:, :GAINS])

    def _gain(self, level: Tensor, gains: Tensor) -> Tensor:
        """Compute the gain at `level` EV, [B, 1, H, W]."""
        heights = torch.matmul(torch.exp(LN2 * gains), self._fit.to(gains).T)[:, :, None, None]
        bumps = torch.exp(-((level - self._centres.to(level)) ** 2) / (2 * WIDTH**2))
        return torch.sum(heights * bumps, dim=1, keepdim=True).clamp(*GAIN_RANGE)
