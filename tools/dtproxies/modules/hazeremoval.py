"""hazeremoval: haze taken out of an image, by the dark channel of its surroundings."""

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
"""Ranges are those of darktable's sliders. Compatibility with older versions is off, and windows do not shrink with the
image, since it is seen at full size."""

RECIPE = Recipe(optimiser="adam", pairs=48, side=96, steps=150, learning_rate=0.05, renew=0.0, weight_average=0.9)
"""Small steps, because they count differences by their size: in some images darktable takes another light of haze,
which no constant explains. A minute of one core; 98 dB on average over 128 pairs that it is not trained on."""


def network() -> nn.Module:
    """The untrained network."""
    from dtproxies.networks.haze_removal import Haze

    return Haze()
