"""demosaic: closed-form proxy, 2 fitted parameters; it differs at the borders of darktable's tiles.

Formula, on a white-balanced Bayer mosaic: ratio corrected demosaicing (RCD, the default) or patterned pixel grouping
(PPG). The parameters weight side and corner neighbours in the brightness estimate of RCD.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dtproxies.vocabulary.module import Module, choice
from dtproxies.vocabulary.recipe import Recipe

if TYPE_CHECKING:
    from torch import nn

MODULE = Module(
    name="demosaic",
    version=6,
    kind="raw",
    space="raw",
    output_space="input-rgb",
    sliders=(choice("demosaicing_method", 5, PPG=0, RCD=5),),
    receptive_field=10,
    white_balanced=True,
)
"""Other methods are not imitated. Green matching, colour smoothing and capture sharpening stay off, as by default."""

RECIPE = Recipe(pairs=24, side=64, steps=40)
"""Half a minute on two busy cores; 120 dB on average."""


def network() -> nn.Module:
    """Build the untrained network."""
    from dtproxies.images.mosaic import WHITE_BALANCE
    from dtproxies.networks.rcd import Demosaic

    return Demosaic(WHITE_BALANCE)
