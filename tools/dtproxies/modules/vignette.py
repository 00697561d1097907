"""vignette (vignetting): closed-form proxy, 2 fitted parameters, exact to rounding of powers.

Formula, per pixel: a weight rises from 0 to 1 with the superelliptic distance from a centre; brightness times weight
scales or adds to light, saturation times weight moves it from its grey.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dtproxies.vocabulary.module import Module, Slider, choice
from dtproxies.vocabulary.recipe import Recipe

if TYPE_CHECKING:
    from torch import nn

MODULE = Module(
    name="vignette",
    version=4,
    kind="position",
    space="work-rgb",
    sliders=(
        Slider(name="scale", low=0.0, high=100.0, default=80.0, unit="%"),
        Slider(name="falloff_scale", low=0.0, high=100.0, default=50.0, unit="%"),
        Slider(name="brightness", low=-1.0, high=1.0, default=-0.5, unit="1"),
        Slider(name="saturation", low=-1.0, high=1.0, default=-0.5, unit="1"),
        Slider(name="center.x", low=-1.0, high=1.0, default=0.0, unit="half the width"),
        Slider(name="center.y", low=-1.0, high=1.0, default=0.0, unit="half the height"),
        choice("autoratio", 0, off=0, on=1),
        Slider(name="whratio", low=0.2, high=1.8, default=1.0, unit="1"),
        Slider(name="shape", low=0.4, high=4.0, default=1.0, unit="1"),
    ),
    frame=True,
    receptive_field=0,
)
"""Distances end at half of darktable's range, beyond which nothing of the frame is affected; shapes end where they are
still identifiable."""

IDENTITY = {"brightness": 0.0, "saturation": 0.0}
"""Slider values, all others at their default, at which darktable returns the image unchanged."""

RECIPE = Recipe(pairs=64, side=48, steps=80)
"""A minute on two cores."""


def network() -> nn.Module:
    """Build the untrained network."""
    from dtproxies.networks.vignette import Vignette

    return Vignette()
