"""shadhi, called shadows and highlights: both moved apart from the middle tones, in Lab."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dtproxies.vocabulary.module import Module, Slider
from dtproxies.vocabulary.recipe import Recipe

if TYPE_CHECKING:
    from torch import nn

MODULE = Module(
    name="shadhi",
    version=5,
    kind="multi-scale",
    space="lab",
    sliders=(
        Slider(name="radius", low=0.1, high=200.0, default=100.0, unit="px", scale="log"),
        Slider(name="shadows", low=-100.0, high=100.0, default=50.0, unit="%"),
        Slider(name="whitepoint", low=-10.0, high=10.0, default=0.0, unit="%"),
        Slider(name="highlights", low=-100.0, high=100.0, default=-50.0, unit="%"),
        Slider(name="compress", low=0.0, high=100.0, default=50.0, unit="%"),
        Slider(name="shadows_ccorrect", low=0.0, high=100.0, default=100.0, unit="%"),
        Slider(name="highlights_ccorrect", low=0.0, high=100.0, default=50.0, unit="%"),
    ),
    fixed={"shadhi_algo": "SHADHI_ALGO_GAUSSIAN"},
    receptive_field=2250,
)
"""Ranges are those of darktable's sliders, but for a radius of 500 px there: the tails of the blur reach eleven times
as far. The blur is the Gaussian one, of order zero; the other choice, which darktable starts with, is bilateral."""

RECIPE = Recipe(pairs=32, side=48, steps=30, chart_fraction=0.0, exposure_range=(-4.0, -1.0))
"""Half a minute on one core. Fitted on images darker than white: where L reaches white on the way, darktable
multiplies colour by up to a million, and what comes out is rounding."""


def network() -> nn.Module:
    """The untrained network."""
    from dtproxies.networks.shadows_highlights import ShadowsHighlights

    return ShadowsHighlights()
