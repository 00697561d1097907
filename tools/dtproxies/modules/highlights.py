"""highlights, called highlight reconstruction: clipped values are cut off evenly, or inpainted (the default)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dtproxies.vocabulary.module import Module, Slider, choice
from dtproxies.vocabulary.recipe import Recipe

if TYPE_CHECKING:
    from torch import nn

MODULE = Module(
    name="highlights",
    version=4,
    kind="raw",
    space="raw",
    sliders=(
        choice("mode", 5, clip=0, opposed=5),
        Slider(name="clip", low=0.3, high=1.2, default=1.0, unit="share of the full sensor"),
    ),
    receptive_field=None,
    white_balanced=True,
)
"""darktable takes thresholds of 0 to 2, and above 1 hardly anything is clipped. The other methods solve equations over
whole regions, and are not part of it."""

RECIPE = Recipe(pairs=32, side=96, steps=40, seed=2)
"""Half a minute on two busy cores; 150 dB, the best figure there is. Another seed draws an image with a value at the
very threshold, on which float64 and darktable's float32 decide differently."""


def network() -> nn.Module:
    """The untrained network."""
    from dtproxies.images.mosaic import WHITE_BALANCE
    from dtproxies.networks.highlight_inpainting import Highlights

    return Highlights(WHITE_BALANCE)
