"""highlights (highlight reconstruction): closed-form proxy, 2 fitted parameters, exact to rounding.

Formula, on a white-balanced Bayer mosaic: method clip limits values to a threshold; method opposed (the default)
replaces clipped values by the mean cube root of the other two colours in 3 x 3 pixels, cubed, plus a colour offset.
"""

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
"""darktable allows thresholds of 0 to 2; above 1 hardly any value is clipped. The other methods solve equations over
whole regions and are not imitated."""

RECIPE = Recipe(pairs=32, side=96, steps=40, seed=2)
"""Half a minute on two busy cores; 150 dB, the reported maximum. Another seed samples an image with a value exactly at
the threshold, for which float64 and darktable's float32 decide differently."""


def network() -> nn.Module:
    """Build the untrained network."""
    from dtproxies.images.mosaic import WHITE_BALANCE
    from dtproxies.networks.highlight_inpainting import Highlights

    return Highlights(WHITE_BALANCE)
