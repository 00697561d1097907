"""Training recipe of a proxy: the settings that a module's file states."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

CHARTS = 0.25
EXPOSURES = (-3.0, 3.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """Settings for fitting the proxy of a module.

    In a module's file, the text below `RECIPE` states the training time, the machine and the expected result.
    """

    optimiser: Literal["lbfgs", "adam"] = "lbfgs"
    """`lbfgs` fits a few parameters in float64 on all pairs at once; `adam` trains larger networks in float32."""
    pairs: int = 96
    """Pairs rendered before the first step and reused in later steps."""
    side: int = 96
    """Side of the images in pixels."""
    steps: int = 40
    """Maximum number of steps; `lbfgs` stops earlier when a step changes nothing."""
    seed: int = 1
    rounded: bool = False
    """True if `lbfgs` rounds where darktable rounds, as in use; needed where the loss stays high without rounding.
    By default networks skip rounding in training, because it has no gradient."""

    learning_rate: float = 2e-3
    """Peak learning rate of `adam`: reached after a tenth of the steps, then decayed to zero at the last step."""
    batch: int = 8
    """Pairs per step."""
    pixels: int = 2048
    """Pixels sampled from each pair if the module is pointwise; other modules use entire images."""
    renew: float = 0.25
    """Pairs rendered anew per step; each replaces the oldest pair."""
    weight_average: float = 0.999
    """Decay of the exponential moving average of the weights; the average is saved. 0 disables averaging."""
    weight_decay: float = 0.0
    """Weight decay of AdamW."""

    display_weight: float = 1.0
    """Loss weight of the display-referred difference, relative to 1 for the unclipped values."""
    gradient_weight: float = 0.0
    """Loss weight of the difference in the response to a small slider change; above 0, each pair is rendered twice."""

    chart_fraction: float = CHARTS
    """Fraction of pairs that use a computed chart instead of a photograph."""
    exposure_range: tuple[float, float] = EXPOSURES
    """Range of the random exposure change of photographs, in stops."""
    upstream: tuple[str, ...] = ()
    """Modules, by file name, applied first to half of the images, in this order and with random sliders, as in a real
    pixelpipe. For a module without sliders, the images are the only source of variety."""

    def seeded(self, seed: int) -> Recipe:
        """Return the same recipe with another seed."""
        return replace(self, seed=seed)
