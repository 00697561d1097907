"""toneequal, called tone equalizer: dodging and burning by how much light falls on a place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dtproxies.vocabulary.module import Module, Slider
from dtproxies.vocabulary.recipe import Recipe

if TYPE_CHECKING:
    from torch import nn

GAINS = (
    "noise",
    "ultra_deep_blacks",
    "deep_blacks",
    "blacks",
    "shadows",
    "midtones",
    "highlights",
    "whites",
    "speculars",
)

MODULE = Module(
    name="toneequal",
    version=2,
    kind="multi-scale",
    space="input-rgb",
    sliders=(
        *(Slider(name=name, low=-2.0, high=2.0, default=0.0, unit="EV") for name in GAINS),
        Slider(name="blending", low=1.0, high=45.0, default=5.0, unit="%", scale="log"),
        Slider(name="feathering", low=0.1, high=50.0, default=1.0, unit="1", scale="log"),
        Slider(name="contrast_boost", low=-2.0, high=2.0, default=0.0, unit="EV"),
        Slider(name="exposure_boost", low=-4.0, high=4.0, default=0.0, unit="EV"),
    ),
    frame=True,
    receptive_field=None,
)
"""Ranges are those that darktable's sliders show before one types a number. Details are kept by the
exposure-independent guided filter, once and without quantisation; light is the length of RGB; the curve is as smooth
as by default."""

RECIPE = Recipe(pairs=32, side=64, steps=20, rounded=True)
"""Half a minute on two cores; 105 dB on average over 128 pairs that it is not trained on."""


def network() -> nn.Module:
    """The untrained network."""
    from dtproxies.networks.tone_equal import ToneEqual

    return ToneEqual()
