"""temperature (white balance): closed-form proxy, 1 fitted parameter, exact to rounding.

Formula, on a Bayer mosaic: each value times the factor of its colour.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dtproxies.vocabulary.module import Module, Slider
from dtproxies.vocabulary.recipe import Recipe

if TYPE_CHECKING:
    from torch import nn

MODULE = Module(
    name="temperature",
    version=4,
    kind="raw",
    space="raw",
    sliders=(
        Slider(name="red", low=0.5, high=4.0, default=2.0, unit="1", scale="log"),
        Slider(name="green", low=0.5, high=2.0, default=1.0, unit="1", scale="log"),
        Slider(name="blue", low=0.5, high=4.0, default=1.5, unit="1", scale="log"),
    ),
    receptive_field=0,
)
"""Factors that cameras need under usual illuminants; darktable allows 0 to 8."""

IDENTITY = {"red": 1.0, "green": 1.0, "blue": 1.0}
"""Slider values, all others at their default, at which darktable returns the image unchanged."""

RECIPE = Recipe(pairs=64, side=48, steps=30)
"""A minute on two cores."""


def network() -> nn.Module:
    """Build the untrained network."""
    from dtproxies.networks.white_balance import Balance

    return Balance()
