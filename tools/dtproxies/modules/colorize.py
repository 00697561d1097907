"""colorize: closed-form proxy, 10 fitted parameters, exact to rounding.

Formula, in Lab: every pixel gets a and b of one colour, and L = colour L + mix * (pixel L - 100 * middle). The colour
comes from hue, saturation and lightness through a fitted 3 x 3 matrix to XYZ.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dtproxies.vocabulary.module import Module, Slider
from dtproxies.vocabulary.recipe import Recipe

if TYPE_CHECKING:
    from torch import nn

MODULE = Module(
    name="colorize",
    version=2,
    kind="exact",
    space="lab",
    sliders=(
        Slider(name="hue", low=0.0, high=1.0, default=0.0, unit="turns", scale="angle"),
        Slider(name="saturation", low=0.0, high=1.0, default=0.5, unit="1"),
        Slider(name="source_lightness_mix", low=0.0, high=100.0, default=50.0, unit="%"),
        Slider(name="lightness", low=0.0, high=100.0, default=50.0, unit="%"),
    ),
    fixed={"version": 2},
    receptive_field=0,
)
"""Ranges are darktable's slider ranges."""

RECIPE = Recipe(pairs=256, side=8, steps=60)
"""A minute on two cores."""


def network() -> nn.Module:
    """Build the untrained network."""
    from dtproxies.networks.colorize import Colorize

    return Colorize()
