"""denoiseprofile (denoise (profiled)): closed-form proxy, 2 fitted parameters, exact to rounding.

Formula: a power transform stabilises the noise variance; the channels become a sum and two differences (Y0U0V0); edge
avoiding wavelets are soft-thresholded on up to seven scales; the transforms are inverted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dtproxies.vocabulary.module import Module, Slider
from dtproxies.vocabulary.recipe import Recipe

if TYPE_CHECKING:
    from torch import nn

MODULE = Module(
    name="denoiseprofile",
    version=12,
    kind="global",
    space="input-rgb",
    sliders=(
        Slider(name="strength", low=0.1, high=4.0, default=1.0, unit="1", scale="log"),
        Slider(name="shadows", low=0.0, high=1.8, default=1.0, unit="1"),
        Slider(name="bias", low=-10.0, high=10.0, default=0.0, unit="1"),
        Slider(name="a[1]", low=1e-5, high=1e-2, default=1e-4, unit="variance per light", scale="log"),
        Slider(name="b[1]", low=-2e-3, high=2e-3, default=0.0, unit="light"),
    ),
    fixed={"a[0]": 1e-4, "a[2]": 1e-4},
    receptive_field=None,
)
"""`a[1]` and `b[1]` are the noise profile of the sensor, which darktable reads from its table of cameras; any `a[0]`
other than -1 means that the profile is set here. Of the three channels darktable uses green only. Strength and bias
have their slider ranges."""

RECIPE = Recipe(pairs=16, side=64, steps=40)
"""Four minutes on two busy cores; 130 dB on average."""


def network() -> nn.Module:
    """Build the untrained network."""
    from dtproxies.networks.denoise_profile import Denoise

    return Denoise((1.0, 1.0, 1.0))
