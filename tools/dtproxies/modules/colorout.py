"""colorout, the output colour profile: from Lab to what a file or a screen gets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dtproxies.vocabulary.module import Module
from dtproxies.vocabulary.recipe import Recipe

if TYPE_CHECKING:
    from torch import nn

MODULE = Module(
    name="colorout",
    version=5,
    kind="colour",
    space="lab",
    sliders=(),
    output_space="display",
    receptive_field=0,
)
"""The output profile is sRGB, that of exported images when nothing else was chosen."""

RECIPE = Recipe(pairs=64, side=24, steps=60)
"""A minute on two cores."""


def network() -> nn.Module:
    """The untrained network."""
    from dtproxies.networks.colour_profile import ToDisplay

    return ToDisplay()
