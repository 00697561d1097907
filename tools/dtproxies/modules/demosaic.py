"""demosaic: three colours for each pixel of a mosaic that has one; by ratios (RCD, the default) or patterns (PPG)."""

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
"""Other methods are not part of it; matching of greens, smoothing of colours and capture sharpening stay off, as by
default."""

RECIPE = Recipe(pairs=24, side=64, steps=40)
"""Half a minute on two busy cores; 120 dB on average."""


def network() -> nn.Module:
    """The untrained network."""
    from dtproxies.images.mosaic import WHITE_BALANCE
    from dtproxies.networks.rcd import Demosaic

    return Demosaic(WHITE_BALANCE)
