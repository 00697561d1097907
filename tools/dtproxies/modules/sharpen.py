"""sharpen: closed-form proxy, 3 fitted parameters, exact to rounding.

Formula, on L of Lab: unsharp mask, L + amount * soft_threshold(L - blurred L). a and b are unchanged.
"""

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
"""Radius and amount have their slider ranges; the threshold ends at 10 of 100, because above it hardly any pixel
changes."""

IDENTITY = {"amount": 0.0}
"""Slider values, all others at their default, at which darktable returns the image unchanged."""


def network() -> nn.Module:
    """Build the untrained network."""
    from dtproxies.networks.unsharp_mask import Unsharp

    return Unsharp()
