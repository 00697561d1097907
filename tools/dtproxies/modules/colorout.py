"""colorout (output colour profile): closed-form proxy, 10 fitted parameters, exact to darktable's curve table.

Formula, per pixel: Lab to XYZ under D50, times a fitted 3 x 3 matrix to linear sRGB, then the sRGB curve with a fitted
exponent; above white a power continues the curve. No sliders.
"""

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
"""The output profile is sRGB, the default for exported images."""

RECIPE = Recipe(pairs=64, side=24, steps=60)
"""A minute on two cores."""


def network() -> nn.Module:
    """Build the untrained network."""
    from dtproxies.networks.colour_profile import ToDisplay

    return ToDisplay()
