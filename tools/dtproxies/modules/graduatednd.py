"""graduatednd (graduated density): closed-form proxy, 2 fitted parameters, exact to rounding.

Formula, per pixel: light divided by colour + (1 - colour) * 2^(density * t), where t rises from 0 to 1 across the
frame in the direction of rotation; darktable's series replaces the power of two.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dtproxies.vocabulary.module import Module, Slider
from dtproxies.vocabulary.recipe import Recipe

if TYPE_CHECKING:
    from torch import nn

MODULE = Module(
    name="graduatednd",
    version=1,
    kind="position",
    space="input-rgb",
    sliders=(
        Slider(name="density", low=-8.0, high=8.0, default=1.0, unit="EV"),
        Slider(name="hardness", low=0.0, high=100.0, default=0.0, unit="%"),
        Slider(name="rotation", low=-180.0, high=180.0, default=0.0, unit="degrees", scale="angle"),
        Slider(name="offset", low=0.0, high=100.0, default=50.0, unit="%"),
        Slider(name="hue", low=0.0, high=1.0, default=0.0, unit="turns", scale="angle"),
        Slider(name="saturation", low=0.0, high=1.0, default=0.0, unit="1"),
    ),
    frame=True,
    receptive_field=0,
)
"""Ranges are darktable's slider ranges."""

RECIPE = Recipe(pairs=64, side=48, steps=30)
"""A minute on two cores."""


def network() -> nn.Module:
    """Build the untrained network."""
    from dtproxies.networks.graduated_filter import Graduated

    return Graduated()
