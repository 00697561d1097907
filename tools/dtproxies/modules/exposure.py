"""exposure, manual mode: scene-linear light is scaled and its black point moved."""

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
"""Ranges are those that darktable's sliders show before one types a number (soft range of `src/iop/exposure.c`)."""

IDENTITY: dict[str, float] = {}
"""Sliders, beside those at default, at which darktable returns the image as it came."""

APART = 0.01
"""darktable's sliders never leave black at or above white; where one would pass the other, it is put this far away."""


def network() -> nn.Module:
    """The untrained network."""
    from dtproxies.networks.gain import Gain

    return Gain()


def reachable(values: Sequence[float]) -> bool:
    """Whether a person can bring darktable's sliders to these values: black has to stay below white."""
    exposure, black = values
    return black + APART <= math.pow(2.0, -exposure)
