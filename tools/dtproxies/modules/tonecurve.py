"""tonecurve (tone curve): closed-form proxy, 2 fitted parameters, exact to rounding.

Formula: a curve through up to 20 nodes on L of Lab, on X, Y, Z, on R, G, B, or on a norm of RGB; or one curve for each
of L, a and b. Beyond its last node a curve continues as a power.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from dtproxies.vocabulary.curve_sliders import can_be_drawn, interpolation, node_count, node_sliders
from dtproxies.vocabulary.module import Module, Slider, choice
from dtproxies.vocabulary.recipe import Recipe

if TYPE_CHECKING:
    from torch import nn

NODES = 20


def _curves() -> Iterator[Slider]:
    for curve in range(3):
        yield from node_sliders(f"tonecurve[{curve}]", NODES)
    yield from (node_count(f"tonecurve_nodes[{curve}]", NODES) for curve in range(3))
    yield from (interpolation(f"tonecurve_type[{curve}]") for curve in range(3))


MODULE = Module(
    name="tonecurve",
    version=5,
    kind="curve",
    space="lab",
    sliders=(
        *_curves(),
        choice("tonecurve_autoscale_ab", 0, separate=0, lab=1, xyz=2, rgb=3),
        choice("tonecurve_unbound_ab", 1, no=0, yes=1),
        choice("preserve_colors", 3, none=0, luminance=1, max=2, average=3, sum=4, norm=5, power=6),
    ),
    receptive_field=0,
)
"""Node `k` of 20 is sampled around k / 19 on both axes, so that curves rise; edits may have it anywhere."""

RECIPE = Recipe(pairs=64, side=40, steps=15, rounded=True)
"""Two minutes on two cores. Both parameters are fitted through the rounded tables: without the steps they end a little
off, by some thousandths of a or b."""


def reachable(values: Sequence[float]) -> bool:
    """Return whether every curve can be drawn; an unknown interpolation ends darktable."""
    return all(values[6 * NODES + 3 + curve] in (0, 1, 2) for curve in range(3)) and all(
        can_be_drawn(values[2 * NODES * curve : 2 * NODES * (curve + 1)], values[6 * NODES + curve])
        for curve in range(3)
    )


def network() -> nn.Module:
    """Build the untrained network."""
    from dtproxies.networks.tone_curve import ToneCurve

    return ToneCurve()
