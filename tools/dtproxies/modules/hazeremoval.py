"""hazeremoval: closed-form proxy, 2 fitted parameters, exact to rounding where the haze colour agrees.

Formula: (x - haze) / max(transmission, minimum) + haze. The haze colour is the mean of the brightest among the haziest
pixels; transmission is the dark channel of a window, smoothed by a guided filter. darktable's partial sort may choose
other pixels for the haze colour.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dtproxies.vocabulary.module import Module, Slider
from dtproxies.vocabulary.recipe import Recipe

if TYPE_CHECKING:
    from torch import nn

MODULE = Module(
    name="hazeremoval",
    version=3,
    kind="global",
    space="input-rgb",
    sliders=(
        Slider(name="strength", low=-1.0, high=1.0, default=0.2, unit="1"),
        Slider(name="distance", low=0.0, high=1.0, default=0.2, unit="1"),
    ),
    receptive_field=None,
)
"""Ranges are darktable's slider ranges. Compatibility with older versions is off. Windows are not scaled, because the
image is processed at full size."""

RECIPE = Recipe(optimiser="adam", pairs=48, side=96, steps=150, learning_rate=0.05, renew=0.0, weight_average=0.9)
"""`adam` minimises a Charbonnier instead of a squared loss, which limits the influence of images in which darktable
chooses another haze colour. A minute on one core; 98 dB on average over 128 pairs that are not used for training."""


def network() -> nn.Module:
    """Build the untrained network."""
    from dtproxies.networks.haze_removal import Haze

    return Haze()
