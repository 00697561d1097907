"""filmicrgb: a tone curve from the light of the scene to that of the display, like that of film."""

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
"""Ranges are those that darktable's sliders show before one types a number; hardness from soft to hard, black of the
display up to that of a print. Highlights are not reconstructed, which is the default: only that looks at other
pixels."""

RECIPE = Recipe(pairs=32, side=32, steps=30)
"""Half a minute on two cores; 110 dB on average over 128 pairs that it is not trained on."""


def reachable(values: Sequence[float]) -> bool:
    """Not with less than half a stop from grey to the scene's white.

    There darktable's polynomials, whose numbers are float32, have no digits left: what it makes is noise.
    """
    return values[1] >= 0.5


def network() -> nn.Module:
    """The untrained network."""
    from dtproxies.networks.filmic import Filmic

    return Filmic()
