"""shadhi (shadows and highlights): closed-form proxy, 2 fitted parameters, exact to rounding.

Formula, in Lab: the blurred negative of L is blended over L in overlay mode up to four times, for highlights and then
for shadows, weighted by its own brightness; a and b follow by the ratio of L.
"""

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
"""Ranges are darktable's slider ranges, except the radius (500 px there), because the tails of the blur extend 11
radii. The blur is the Gaussian of order zero; darktable's default, the bilateral filter, is not imitated."""

RECIPE = Recipe(pairs=32, side=48, steps=30, chart_fraction=0.0, exposure_range=(-4.0, -1.0))
"""Half a minute on one core. Training images are darker than white: where an intermediate L reaches white, darktable
multiplies colour by up to a million, and its output is rounding noise."""


def network() -> nn.Module:
    """Build the untrained network."""
    from dtproxies.networks.shadows_highlights import ShadowsHighlights

    return ShadowsHighlights()
