"""bloom: closed-form proxy, 4 fitted parameters, exact to rounding in darktable's running sums.

Formula, on L of Lab: lightness times a gain, where it exceeds a threshold, is blurred by eight running means. The
output is L + blurred * (1 - cover * L / 100). a and b are unchanged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dtproxies.vocabulary.module import Module, Slider
from dtproxies.vocabulary.recipe import Recipe

if TYPE_CHECKING:
    from torch import nn

MODULE = Module(
    name="bloom",
    version=1,
    kind="multi-scale",
    space="lab",
    sliders=(
        Slider(name="size", low=0.0, high=100.0, default=20.0, unit="%"),
        Slider(name="threshold", low=0.0, high=100.0, default=90.0, unit="L"),
        Slider(name="strength", low=0.0, high=100.0, default=25.0, unit="%"),
    ),
    receptive_field=2048,
)
"""Ranges are darktable's slider ranges. Eight running means with a radius of up to 256 pixels give the receptive
field."""

RECIPE = Recipe(pairs=48, side=96, steps=60)
"""Three minutes on one busy core."""


def network() -> nn.Module:
    """Build the untrained network."""
    from dtproxies.networks.bloom import Bloom

    return Bloom()
