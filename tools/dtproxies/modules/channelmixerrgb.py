"""channelmixerrgb (color calibration): closed-form proxy, 4 fitted parameters, exact to rounding.

Formula, per pixel: adaptation of the illuminant to D50 by CAT16, a 3 x 3 mixing matrix, gamut compression towards
white, and saturation and lightness changes weighted by channel.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dtproxies.vocabulary.module import Module, Slider
from dtproxies.vocabulary.recipe import Recipe

if TYPE_CHECKING:
    from torch import nn

COLOURS = ("red", "green", "blue")


def _row(colour: str) -> list[Slider]:
    return [
        Slider(name=f"{colour}[{at}]", low=low, high=low + 2, default=default, unit="1")
        for at, (low, default) in enumerate((0.0, 1.0) if one == colour else (-1.0, 0.0) for one in COLOURS)
    ]


def _three(name: str, end: float) -> list[Slider]:
    return [Slider(name=f"{name}[{at}]", low=-end, high=end, default=0.0, unit="1") for at in range(3)]


MODULE = Module(
    name="channelmixerrgb",
    version=3,
    kind="colour",
    space="work-rgb",
    sliders=(
        *(slider for colour in COLOURS for slider in _row(colour)),
        *_three("saturation", 1.0),
        *_three("lightness", 0.5),
        Slider(name="gamut", low=0.0, high=4.0, default=1.0, unit="1"),
        Slider(name="x", low=0.25, high=0.5, default=0.34567, unit="x of CIE 1931"),
        Slider(name="y", low=0.25, high=0.45, default=0.3585, unit="y of CIE 1931"),
    ),
    fixed={"illuminant": "DT_ILLUMINANT_CUSTOM"},
    receptive_field=0,
)
"""Matrix elements are within 1 of the identity matrix. Saturation has half and lightness a quarter of darktable's
range, because hardly any colour stays inside it beyond. Gamut has its slider range; illuminants range from blue shade
to candlelight. Grey stays off, adaptation is CAT16, clipping is on."""

RECIPE = Recipe(pairs=32, side=40, steps=30)
"""Half a minute on two cores; 138 dB on average over 128 pairs that are not used for training."""


def network() -> nn.Module:
    """Build the untrained network."""
    from dtproxies.networks.channel_mixer_rgb import MixerRgb

    return MixerRgb()
