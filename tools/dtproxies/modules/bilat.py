"""bilat (local contrast): closed-form proxy, 3 fitted parameters, exact to rounding.

Formula, on L of Lab: fast local Laplacian filter. A curve around each of six grey levels changes detail and contrast;
each level of the output pyramid interpolates between the six results by lightness. a and b are unchanged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dtproxies.vocabulary.module import Module, Slider
from dtproxies.vocabulary.recipe import Recipe

if TYPE_CHECKING:
    from torch import nn

MODULE = Module(
    name="bilat",
    version=3,
    kind="multi-scale",
    space="lab",
    sliders=(
        Slider(name="sigma_r", low=0.0, high=2.0, default=0.5, unit="1"),
        Slider(name="sigma_s", low=0.0, high=2.0, default=0.5, unit="1"),
        Slider(name="detail", low=-1.0, high=4.0, default=0.25, unit="1"),
        Slider(name="midtone", low=0.001, high=1.0, default=0.5, unit="1"),
    ),
    receptive_field=None,
)
"""Only the default method, the local Laplacian filter, where sigma_r and sigma_s are the contrast of highlights and
shadows. Ranges are darktable's slider ranges. The image border depends on the image size, so darktable does not tile
this module either."""

RECIPE = Recipe(pairs=12, side=40, steps=30)
"""A minute on one busy core: the three parameters are determined by every pixel."""


def network() -> nn.Module:
    """Build the untrained network."""
    from dtproxies.networks.local_laplacian import LocalLaplacian

    return LocalLaplacian()
