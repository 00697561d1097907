"""How a proxy is trained: numbers a module's file states, and nothing that computes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

CHARTS = 0.25
EXPOSURES = (-3.0, 3.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How the proxy of a module is fitted.

    In a module's file, the text below `RECIPE` states how long it takes, on which machine, and the figure to expect.
    """

    optimiser: Literal["lbfgs", "adam"] = "lbfgs"
    """lbfgs for a handful of constants, in float64, on all pairs at once; adam for real networks, in float32."""
    pairs: int = 96
    """Rendered before the first step, and kept at hand from then on."""
    side: int = 96
    """Of the images, in pixels."""
    steps: int = 40
    """lbfgs ends before when a step changes nothing any more."""
    seed: int = 1
    rounded: bool = False
    """lbfgs rounds, as in use, what darktable rounds: where the images cannot be met otherwise. Else networks leave
    it out while they are trained, since no slope leads through it."""

    learning_rate: float = 2e-3
    """adam's largest learning rate, which is reached after a tenth of the steps and falls to nothing at the last."""
    batch: int = 8
    """Pairs that one step looks at."""
    pixels: int = 2048
    """Pixels drawn from each of them when the module is pointwise; other modules get the images whole."""
    renew: float = 0.25
    """Pairs rendered anew for each step; each takes the place of the oldest."""
    weight_average: float = 0.999
    """Share of the old in the running average of the weights; the average is what is kept. 0 for no average."""
    weight_decay: float = 0.0
    """Of weights, as AdamW has it."""

    display_weight: float = 1.0
    """Weight of the difference on a screen, beside 1 for that of the unclipped values."""
    gradient_weight: float = 0.0
    """Weight of the difference in what moving one slider a little does; each pair is then rendered twice."""

    chart_fraction: float = CHARTS
    """Share of pairs that show a computed chart instead of a photograph."""
    exposure_range: tuple[float, float] = EXPOSURES
    """Photographs are made so many stops darker or brighter before anything else."""
    upstream: tuple[str, ...] = ()
    """Modules, by the names of their files, that half of the images go through first, in this order and with random
    sliders: what a module gets in a real pipe. A module without sliders learns from nothing else."""

    def seeded(self, seed: int) -> Recipe:
        """The same from another seed."""
        return replace(self, seed=seed)
