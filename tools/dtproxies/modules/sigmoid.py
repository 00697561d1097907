"""sigmoid: closed-form proxy, 1 fitted parameter, exact to rounding in darktable's own differences.

Formula, per pixel: with e = (fog + light)^film_power, the log-logistic tone curve is
white * (e / (e + paper_exposure))^paper_power. It is applied per channel with hue preservation, or to the mean of the
channels at constant RGB ratios.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dtproxies.vocabulary.module import Module, Slider, choice
from dtproxies.vocabulary.recipe import Recipe

if TYPE_CHECKING:
    from torch import nn


def _primary(colour: str) -> tuple[Slider, Slider]:
    return (
        Slider(name=f"{colour}_inset", low=0.0, high=0.5, default=0.0, unit="1"),
        Slider(name=f"{colour}_rotation", low=-0.4, high=0.4, default=0.0, unit="rad"),
    )


MODULE = Module(
    name="sigmoid",
    version=3,
    kind="curve",
    space="work-rgb",
    sliders=(
        Slider(name="middle_grey_contrast", low=0.7, high=3.0, default=1.5, unit="1", scale="log"),
        Slider(name="contrast_skewness", low=-1.0, high=1.0, default=0.0, unit="1"),
        Slider(name="display_white_target", low=50.0, high=200.0, default=100.0, unit="%"),
        Slider(name="display_black_target", low=0.0, high=1.0, default=0.0152, unit="%"),
        choice("color_processing", 0, per_channel=0, rgb_ratio=1),
        Slider(name="hue_preservation", low=0.0, high=100.0, default=100.0, unit="%"),
        *_primary("red"),
        *_primary("green"),
        *_primary("blue"),
        Slider(name="purity", low=0.0, high=1.0, default=0.0, unit="1"),
    ),
    receptive_field=0,
)
"""Ranges are darktable's soft slider ranges; display white extends to 200 % for brighter displays. The base primaries
are those of the working profile."""

RECIPE = Recipe(pairs=64, side=48, steps=30)
"""A minute on two cores."""


def network() -> nn.Module:
    """Build the untrained network."""
    from dtproxies.networks.sigmoid import Sigmoid

    return Sigmoid()
