"""colisa (contrast brightness saturation): closed-form proxy, 2 fitted parameters, exact except at table steps.

Formula, in Lab: a contrast curve (a line or an S around L of 50), then a power of L for brightness; a and b times
1 + saturation. The remaining errors are pixels that fall into a neighbouring entry of darktable's tables.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dtproxies.vocabulary.module import Module, Slider
from dtproxies.vocabulary.recipe import Recipe

if TYPE_CHECKING:
    from torch import nn

MODULE = Module(
    name="colisa",
    version=1,
    kind="curve",
    space="lab",
    sliders=(
        Slider(name="contrast", low=-1.0, high=1.0, default=0.0, unit="1"),
        Slider(name="brightness", low=-1.0, high=1.0, default=0.0, unit="1"),
        Slider(name="saturation", low=-1.0, high=1.0, default=0.0, unit="1"),
    ),
    receptive_field=0,
)
"""Ranges are darktable's slider ranges."""

RECIPE = Recipe(pairs=64, side=48, steps=30)
"""A minute on two cores."""


def network() -> nn.Module:
    """Build the untrained network."""
    from dtproxies.networks.colisa import Colisa

    return Colisa()
