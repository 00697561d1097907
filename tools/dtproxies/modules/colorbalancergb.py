"""colorbalancergb (color balance rgb): closed-form proxy, 3 fitted parameters, exact to rounding.

Formula, per pixel: hue rotation and chroma; an offset, two slopes and a power of the channels; a contrast curve on
luminance; saturation and brilliance in darktable's uniform colour space. Three luminance masks weight these steps.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dtproxies.vocabulary.module import Module, Slider
from dtproxies.vocabulary.recipe import Recipe

if TYPE_CHECKING:
    from torch import nn


def _grade(part: str, luminance: float, chroma: float) -> tuple[Slider, ...]:
    return (
        Slider(name=f"{part}_Y", low=-luminance, high=luminance, default=0.0, unit="1"),
        Slider(name=f"{part}_C", low=0.0, high=chroma, default=0.0, unit="1"),
        Slider(name=f"{part}_H", low=0.0, high=360.0, default=0.0, unit="degrees", scale="angle"),
    )


def _four(name: str, end: float) -> tuple[Slider, ...]:
    first = Slider(name=f"{name}_global", low=-end, high=end, default=0.0, unit="1")
    parts = ("shadows", "midtones", "highlights")
    return (first, *(Slider(name=f"{name}_{part}", low=-1.0, high=1.0, default=0.0, unit="1") for part in parts))


MODULE = Module(
    name="colorbalancergb",
    version=5,
    kind="colour",
    space="work-rgb",
    sliders=(
        *_grade("shadows", 1.0, 0.5),
        *_grade("midtones", 0.25, 0.1),
        *_grade("highlights", 0.5, 0.2),
        *_grade("global", 0.05, 0.01),
        Slider(name="shadows_weight", low=0.0, high=3.0, default=1.0, unit="1"),
        Slider(name="white_fulcrum", low=-2.0, high=2.0, default=0.0, unit="EV"),
        Slider(name="highlights_weight", low=0.0, high=3.0, default=1.0, unit="1"),
        Slider(name="mask_grey_fulcrum", low=0.1, high=0.5, default=0.1845, unit="1"),
        *_four("chroma", 0.5),
        *_four("saturation", 1.0),
        *_four("brilliance", 1.0),
        Slider(name="hue_angle", low=-180.0, high=180.0, default=0.0, unit="degrees", scale="angle"),
        Slider(name="vibrance", low=-0.5, high=0.5, default=0.0, unit="1"),
        Slider(name="grey_fulcrum", low=0.1, high=0.5, default=0.1845, unit="1"),
        Slider(name="contrast", low=-0.5, high=0.5, default=0.0, unit="1"),
    ),
    receptive_field=0,
)
"""Ranges are darktable's soft slider ranges; the mask grey has the range of the contrast grey. The saturation formula
is the one of 2021."""

RECIPE = Recipe(pairs=32, side=32, steps=30)
"""Half a minute on two cores; 107 dB on average over 128 pairs that are not used for training."""


def network() -> nn.Module:
    """Build the untrained network."""
    from dtproxies.networks.color_balance_rgb import BalanceRgb

    return BalanceRgb()
