"""basecurve (base curve): closed-form proxy, 3 fitted parameters, exact to rounding.

Formula: a curve through up to 20 nodes on each channel, or on a norm of the channels whose ratios then stay. From 1 on
the curve continues as a power.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from dtproxies.vocabulary.curve_sliders import can_be_drawn, interpolation, node_count, node_sliders
from dtproxies.vocabulary.module import Module, choice
from dtproxies.vocabulary.recipe import Recipe

if TYPE_CHECKING:
    from torch import nn

NODES = 20

MODULE = Module(
    name="basecurve",
    version=6,
    kind="curve",
    space="work-rgb",
    sliders=(
        *node_sliders("basecurve[0]", NODES),
        node_count("basecurve_nodes[0]", NODES),
        interpolation("basecurve_type[0]"),
        choice("preserve_colors", 1, none=0, luminance=1, max=2, average=3, sum=4, norm=5, power=6),
    ),
    receptive_field=0,
)
"""Node `k` of 20 is sampled around k / 19 on both axes, so that curves rise; edits may have it anywhere. Exposure
fusion stays off."""

RECIPE = Recipe(pairs=64, side=40, steps=30, chart_fraction=0.0)
"""Half a minute. Charts have colours of almost no luminance, where the ratio of the channels has a pole."""


def reachable(values: Sequence[float]) -> bool:
    """Return whether the curve can be drawn."""
    return can_be_drawn(values[: 2 * NODES], values[2 * NODES])


def network() -> nn.Module:
    """Build the untrained network."""
    from dtproxies.networks.rgb_curves import BaseCurve

    return BaseCurve()
