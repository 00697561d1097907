"""colorin (input colour profile): closed-form proxy, 9 fitted parameters, exact to rounding.

Formula, per pixel: linear Rec709 times a fitted 3 x 3 matrix to XYZ, then XYZ to Lab under D50 with darktable's
approximate cube root. No sliders.
"""

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
"""darktable treats a floating-point image as linear Rec709."""

RECIPE = Recipe(pairs=64, side=48, steps=30)
"""A minute on two cores."""


def network() -> nn.Module:
    """Build the untrained network."""
    from dtproxies.networks.colour_profile import ToLab

    return ToLab()
