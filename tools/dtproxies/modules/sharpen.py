"""sharpen: unsharp mask on the lightness of Lab."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dtproxies.vocabulary.module import Module, Slider

if TYPE_CHECKING:
    from torch import nn

MODULE = Module(
    name="sharpen",
    version=1,
    kind="local",
    space="lab",
    sliders=(
        Slider(name="radius", low=0.0, high=8.0, default=2.0, unit="px"),
        Slider(name="amount", low=0.0, high=2.0, default=0.5, unit="1"),
        Slider(name="threshold", low=0.0, high=10.0, default=0.5, unit="L"),
    ),
    receptive_field=12,
)
"""Radius and amount as darktable's sliders show them; threshold to 10 of 100, since above it hardly a pixel changes."""

IDENTITY = {"amount": 0.0}
"""Sliders, beside those at default, at which darktable returns the image as it came."""


def network() -> nn.Module:
    """The untrained network."""
    from dtproxies.networks.unsharp_mask import Unsharp

    return Unsharp()
