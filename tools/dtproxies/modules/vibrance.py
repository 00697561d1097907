"""vibrance: closed-form proxy, 2 fitted parameters, exact to rounding.

Formula, in Lab: with gain = amount * chroma, a and b are multiplied by 1 + rise * gain and L by
1 - fall * rise * gain.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dtproxies.vocabulary.module import Module, Slider
from dtproxies.vocabulary.recipe import Recipe

if TYPE_CHECKING:
    from torch import nn

MODULE = Module(
    name="vibrance",
    version=2,
    kind="colour",
    space="lab",
    sliders=(Slider(name="amount", low=0.0, high=100.0, default=25.0, unit="%"),),
    receptive_field=0,
)
"""The range is darktable's slider range."""

IDENTITY = {"amount": 0.0}
"""Slider values, all others at their default, at which darktable returns the image unchanged."""

RECIPE = Recipe(pairs=64, side=48, steps=30)
"""A minute on two cores."""


def network() -> nn.Module:
    """Build the untrained network."""
    from dtproxies.networks.vibrance import Vibrance

    return Vibrance()
