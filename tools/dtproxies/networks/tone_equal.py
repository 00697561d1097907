"""Light scaled by a smooth curve of what its surroundings are lit by."""

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
"""Gaussians that the curve is the sum of; they lie as far apart as the sliders, but for one less in between."""
WIDTH = math.sqrt(2)
"""Their standard deviation in EV: `smoothing` at its default."""
LEAST = 2.0**-16
STEPS = 10000
"""Entries of darktable's table of the curve for each EV; the nearest is taken, but while training."""
CHANGE = (0.25, 4.0)
"""Bounds of the factor."""


class ToneEqual(nn.Module):
    """`toneequal` with the exposure-independent guided filter and the length of RGB as light, which are the defaults.

    Sliders: gain in EV at each of nine EV from -8 to 0, diameter of the smoothing in per cent of the longer side of the
    frame, edges' refinement, contrast and exposure of the mask in EV. The sum of Gaussians is the one that comes
    nearest to the nine gains, by least squares.
    """

    _fit: Tensor
    _centres: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.fulcrum = nn.Parameter(torch.tensor(0.08))
        """Light that the contrast of the mask turns around."""
        self.mask = SmoothMask()
        centres = np.linspace(DARKEST, 0, BUMPS)
        apart = np.linspace(DARKEST, 0, GAINS)[:, None] - centres
        self.register_buffer("_centres", torch.from_numpy(centres).reshape(1, BUMPS, 1, 1), persistent=False)
        self.register_buffer(
            "_fit", torch.from_numpy(np.linalg.pinv(np.exp(-(apart**2) / (2 * WIDTH**2)))), persistent=False
        )

    def forward(self, image: Tensor, sliders: Tensor, frame: Tensor) -> Tensor:
        """See `dtproxies.networks` for shapes and units."""
        blending, feathering, contrast, exposure = broadcast_sliders(sliders[:, GAINS:])
        light = torch.exp(LN2 * exposure) * safe_sqrt(torch.sum(image**2, dim=1, keepdim=True))
        light = ((light - self.fulcrum) * torch.exp(LN2 * contrast) + self.fulcrum).clamp(min=LEAST)
        smooth = self.mask(light, blending, feathering, frame).clamp(min=LEAST)
        place = (torch.log(smooth) / LN2).clamp(DARKEST, 0.0)
        if not self.training:
            place = place + (torch.round(place * STEPS) / STEPS - place).detach()
        return image * self._factor(place, sliders[:, :GAINS])

    def _factor(self, place: Tensor, gains: Tensor) -> Tensor:
        """What light is multiplied by at `place` EV, [B, 1, H, W]."""
        heights = torch.matmul(torch.exp(LN2 * gains), self._fit.to(gains).T)[:, :, None, None]
        bumps = torch.exp(-((place - self._centres.to(place)) ** 2) / (2 * WIDTH**2))
        return torch.sum(heights * bumps, dim=1, keepdim=True).clamp(*CHANGE)
