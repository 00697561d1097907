"""soften (Orton effect): closed-form proxy, 2 fitted parameters, exact to rounding.

Formula: mixes the image with a copy of changed saturation and lightness (HSL), blurred by eight running means:
x + weight * amount * (copy - x).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dtproxies.vocabulary.module import Module, Slider
from dtproxies.vocabulary.recipe import Recipe

if TYPE_CHECKING:
    from torch import nn

MODULE = Module(
    name="soften",
    version=1,
    kind="global",
    space="work-rgb",
    sliders=(
        Slider(name="size", low=0.0, high=100.0, default=50.0, unit="%"),
        Slider(name="saturation", low=0.0, high=100.0, default=100.0, unit="%"),
        Slider(name="brightness", low=-2.0, high=2.0, default=0.33, unit="EV"),
        Slider(name="amount", low=0.0, high=100.0, default=50.0, unit="%"),
    ),
    frame=True,
    receptive_field=None,
)
"""Ranges are darktable's slider ranges."""

IDENTITY = {"amount": 0.0}
"""Slider values, all others at their default, at which darktable returns the image unchanged."""

RECIPE = Recipe(pairs=24, side=144, steps=30)
"""Three minutes on two cores."""


def network() -> nn.Module:
    """Build the untrained network."""
    from dtproxies.networks.soften import Soften

    return Soften()
