"""vignette: corners of the frame darker or brighter."""

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
"""Distances to half of what darktable takes, beyond which nothing of the frame is left; shapes one can tell apart."""

IDENTITY = {"brightness": 0.0, "saturation": 0.0}
"""Sliders, beside those at default, at which darktable returns the image as it came."""

RECIPE = Recipe(pairs=64, side=48, steps=80)
"""A minute on two cores."""


def network() -> nn.Module:
    """The untrained network."""
    from dtproxies.networks.vignette import Vignette

    return Vignette()
