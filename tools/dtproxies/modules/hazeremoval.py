"""hazeremoval: haze taken away by its colour and by depth, in linear light."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dtproxies.modules import Module, Slider
from dtproxies.recipe import Recipe

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
    reach=None,
)
"""Ranges are those of darktable's sliders. What older edits have, compatibility mode and windows that do not follow the
size of an export, stays off."""

RECIPE = Recipe(pairs=32, side=64, steps=30)
"""A minute on one core."""


def network() -> nn.Module:
    """The untrained network."""
    from dtproxies.networks.haze import Haze

    return Haze()
