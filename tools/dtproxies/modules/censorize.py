"""censorize: a blur, large pixels, and another blur, in linear light."""

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
"""Radii of a tenth of what darktable's sliders take: the tails of each blur reach eleven times as far. Noise is left at
none; it is not the same for a tile as for the whole."""

IDENTITY: dict[str, float] = {}
"""At its defaults darktable returns the image as it came."""

RECIPE = Recipe(pairs=32, side=48, steps=30)
"""Half a minute on one core."""


def network() -> nn.Module:
    """The untrained network."""
    from dtproxies.networks.censorize import Censorize

    return Censorize()
