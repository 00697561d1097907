"""velvia: saturation for pale colours, in the working profile."""

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
"""Ranges are those of darktable's sliders."""

IDENTITY = {"strength": 0.0}
"""Sliders, beside those at default, at which darktable returns the image as it came."""

RECIPE = Recipe(pairs=64, side=48, steps=30)
"""A minute on two cores."""


def network() -> nn.Module:
    """The untrained network."""
    from dtproxies.networks.velvia import Velvia

    return Velvia()
