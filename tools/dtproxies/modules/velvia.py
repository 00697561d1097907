"""velvia: closed-form proxy, 3 fitted parameters, exact to rounding.

Formula, per pixel: x + strength * weight * (x - mean of the other two channels), clipped to 0..1; the weight falls with
saturation and, depending on bias, rises towards black and white.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dtproxies.vocabulary.module import Module, Slider
from dtproxies.vocabulary.recipe import Recipe

if TYPE_CHECKING:
    from torch import nn

MODULE = Module(
    name="velvia",
    version=2,
    kind="colour",
    space="work-rgb",
    sliders=(
        Slider(name="strength", low=0.0, high=100.0, default=25.0, unit="%"),
        Slider(name="bias", low=0.0, high=1.0, default=1.0, unit="1"),
    ),
    receptive_field=0,
)
"""Ranges are darktable's slider ranges."""

IDENTITY = {"strength": 0.0}
"""Slider values, all others at their default, at which darktable returns the image unchanged."""

RECIPE = Recipe(pairs=64, side=48, steps=30)
"""A minute on two cores."""


def network() -> nn.Module:
    """Build the untrained network."""
    from dtproxies.networks.velvia import Velvia

    return Velvia()
