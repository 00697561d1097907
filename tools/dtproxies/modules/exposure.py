"""exposure, manual mode: closed-form proxy, 2 fitted parameters, exact to rounding.

Formula, per pixel: (x - o * black) / (exp(-r * exposure) - o * black), with the fitted parameters r = ln 2 and o = 1.
The black point moves to 0, the white point to 1; each stop halves the white point.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from dtproxies.vocabulary.module import Module, Slider

if TYPE_CHECKING:
    from torch import nn

MODULE = Module(
    name="exposure",
    version=7,
    kind="exact",
    space="input-rgb",
    sliders=(
        Slider(name="exposure", low=-3.0, high=4.0, default=0.0, unit="EV"),
        Slider(name="black", low=-0.1, high=0.1, default=0.0, unit="share of white"),
    ),
    receptive_field=0,
)
"""Ranges are darktable's soft slider ranges."""

IDENTITY: dict[str, float] = {}
"""Slider values, all others at their default, at which darktable returns the image unchanged."""

MIN_DISTANCE = 0.01
"""Smallest distance between black and white point that darktable's sliders allow."""


def network() -> nn.Module:
    """Build the untrained network."""
    from dtproxies.networks.gain import Gain

    return Gain()


def reachable(values: Sequence[float]) -> bool:
    """Check if darktable's sliders allow these values: black has to stay below white."""
    exposure, black = values
    return black + MIN_DISTANCE <= math.pow(2.0, -exposure)
