"""vibrance: saturation that grows with what is there already, in Lab."""

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
"""The range is that of darktable's slider."""

IDENTITY = {"amount": 0.0}
"""Sliders, beside those at default, at which darktable returns the image as it came."""

RECIPE = Recipe(pairs=64, side=48, steps=30)
"""A minute on two cores."""


def network() -> nn.Module:
    """The untrained network."""
    from dtproxies.networks.vibrance import Vibrance

    return Vibrance()
