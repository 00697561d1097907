"""filmicrgb (filmic rgb): closed-form proxy, 3 fitted parameters, exact to rounding except close to display white.

Formula, per pixel: the logarithm of scene light between black and white passes an S-curve of a line and two
polynomials, then a power; channel-wise and ratio-preserving results are mixed; colours are mapped into the display
gamut at constant hue. In colours within a few thousandths of display white, the error is up to 0.001.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from dtproxies.vocabulary.module import Module, Slider
from dtproxies.vocabulary.recipe import Recipe

if TYPE_CHECKING:
    from torch import nn

MODULE = Module(
    name="filmicrgb",
    version=6,
    kind="curve",
    space="work-rgb",
    sliders=(
        Slider(name="black_point_source", low=-14.0, high=-3.0, default=-8.0, unit="EV"),
        Slider(name="white_point_source", low=2.0, high=8.0, default=4.0, unit="EV"),
        Slider(name="black_point_target", low=0.0, high=1.0, default=0.01517634, unit="%"),
        Slider(name="white_point_target", low=50.0, high=100.0, default=100.0, unit="%"),
        Slider(name="output_power", low=2.0, high=8.0, default=4.0, unit="1"),
        Slider(name="latitude", low=0.01, high=90.0, default=0.01, unit="%"),
        Slider(name="contrast", low=0.5, high=3.0, default=1.0, unit="1"),
        Slider(name="saturation", low=-50.0, high=50.0, default=0.0, unit="%"),
        Slider(name="balance", low=-50.0, high=50.0, default=0.0, unit="%"),
    ),
    receptive_field=0,
)
"""Ranges are darktable's soft slider ranges, except hardness (soft to hard) and display black (up to the black of a
print). Highlight reconstruction stays off, as by default: it is the only part that reads other pixels."""

RECIPE = Recipe(pairs=32, side=32, steps=30)
"""Half a minute on two cores; 110 dB on average over 128 pairs that are not used for training."""


def reachable(values: Sequence[float]) -> bool:
    """Check if the scene's white is at least half a stop above grey.

    Below, darktable's polynomials lose all digits in float32 and its output is noise.
    """
    return values[1] >= 0.5


def network() -> nn.Module:
    """Build the untrained network."""
    from dtproxies.networks.filmic import Filmic

    return Filmic()
