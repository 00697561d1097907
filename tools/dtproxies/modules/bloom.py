"""bloom: bright light that spreads, in Lab."""

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
"""Ranges are those of darktable's sliders. Eight running means of 256 pixels each way reach as far as that."""

RECIPE = Recipe(pairs=48, side=96, steps=60)
"""Three minutes on one busy core."""


def network() -> nn.Module:
    """The untrained network."""
    from dtproxies.networks.bloom import Bloom

    return Bloom()
