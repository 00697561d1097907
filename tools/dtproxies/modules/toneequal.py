"""toneequal (tone equalizer): closed-form proxy, 2 fitted parameters, exact to rounding.

Formula: each pixel times a gain that depends on a smoothed luminance mask. The gain is a sum of Gaussians fitted to
the nine slider gains over -8 to 0 EV; the mask is smoothed by the exposure-independent guided filter (EIGF).
"""

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
"""Ranges are darktable's soft slider ranges. Detail preservation is the exposure-independent guided filter with one
iteration and without quantisation; luminance is the Euclidean norm of RGB; curve smoothing is the default."""

RECIPE = Recipe(pairs=32, side=64, steps=20, rounded=True)
"""Half a minute on two cores; 105 dB on average over 128 pairs that are not used for training."""


def network() -> nn.Module:
    """Build the untrained network."""
    from dtproxies.networks.tone_equal import ToneEqual

    return ToneEqual()
