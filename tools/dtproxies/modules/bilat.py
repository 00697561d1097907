"""bilat, called local contrast: contrast of details and of light and shade, in Lab."""

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
"""By its default method, the local Laplacian filter; sigma_r and sigma_s are then the contrast of highlights and of
shadows. Ranges are those of darktable's sliders. How an image is continued depends on its size, so darktable does not
cut tiles either."""

RECIPE = Recipe(pairs=12, side=40, steps=30)
"""A minute on one busy core: there are three constants, and each pixel tells of all of them."""


def network() -> nn.Module:
    """The untrained network."""
    from dtproxies.networks.local_laplacian import LocalLaplacian

    return LocalLaplacian()
