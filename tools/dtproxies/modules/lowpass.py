"""lowpass: closed-form proxy, 3 fitted parameters, exact to rounding, which grows with the radius.

Formula, in Lab: a recursive Gaussian blur, then a contrast curve and a power of L for brightness; a and b times
saturation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dtproxies.vocabulary.module import Module, Slider
from dtproxies.vocabulary.recipe import Recipe

if TYPE_CHECKING:
    from torch import nn

MODULE = Module(
    name="lowpass",
    version=4,
    kind="multi-scale",
    space="lab",
    sliders=(
        Slider(name="radius", low=0.1, high=50.0, default=10.0, unit="px", scale="log"),
        Slider(name="contrast", low=-3.0, high=3.0, default=1.0, unit="1"),
        Slider(name="brightness", low=-3.0, high=3.0, default=0.0, unit="1"),
        Slider(name="saturation", low=-3.0, high=3.0, default=1.0, unit="1"),
    ),
    receptive_field=560,
)
"""Ranges are darktable's slider ranges, except the radius (500 px there), because the tails of the blur extend 11
radii. The blur is darktable's Gaussian of order zero, not the bilateral filter, and nothing is clipped."""

RECIPE = Recipe(pairs=64, side=64, steps=30)
"""A minute on two cores."""


def network() -> nn.Module:
    """Build the untrained network."""
    from dtproxies.networks.lowpass import Lowpass

    return Lowpass()
