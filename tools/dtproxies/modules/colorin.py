"""colorin, the input colour profile: from the image's own colours to Lab."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dtproxies.vocabulary.module import Module
from dtproxies.vocabulary.recipe import Recipe

if TYPE_CHECKING:
    from torch import nn

MODULE = Module(
    name="colorin",
    version=7,
    kind="colour",
    space="input-rgb",
    sliders=(),
    output_space="lab",
    receptive_field=0,
)
"""An image of floats counts as linear Rec709."""

RECIPE = Recipe(pairs=64, side=48, steps=30)
"""A minute on two cores."""


def network() -> nn.Module:
    """The untrained network."""
    from dtproxies.networks.colour_profile import ToLab

    return ToLab()
