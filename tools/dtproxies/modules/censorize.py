"""censorize: closed-form proxy, 2 fitted parameters, exact to rounding.

Formula, on linear light: a blur, then large pixels that take the weighted mean of their centre and four corners, then
another blur. A slider at 0 skips its step.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dtproxies.vocabulary.module import Module, Slider
from dtproxies.vocabulary.recipe import Recipe

if TYPE_CHECKING:
    from torch import nn

MODULE = Module(
    name="censorize",
    version=1,
    kind="multi-scale",
    space="work-rgb",
    sliders=(
        Slider(name="radius_1", low=0.0, high=50.0, default=0.0, unit="px"),
        Slider(name="pixelate", low=0.0, high=50.0, default=0.0, unit="px", integer=True),
        Slider(name="radius_2", low=0.0, high=50.0, default=0.0, unit="px"),
    ),
    frame=True,
    receptive_field=1220,
)
"""Radii are limited to a tenth of darktable's slider ranges, because the tails of each blur extend 11 radii. Noise
stays off, because it differs between a tile and the whole image."""

IDENTITY: dict[str, float] = {}
"""At its defaults, darktable returns the image unchanged."""

RECIPE = Recipe(pairs=32, side=48, steps=30)
"""Half a minute on one core."""


def network() -> nn.Module:
    """Build the untrained network."""
    from dtproxies.networks.censorize import Censorize

    return Censorize()
