"""Which image stands at which number of an endless row: photographs in turn and computed charts, from a seed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dtproxies.images.image import LinearImage, chart, crop, expose
from dtproxies.vocabulary.recipe import CHARTS, EXPOSURES, Recipe


@dataclass(frozen=True, kw_only=True, eq=False)
class ImageSequence:
    """Pictures of side x side pixels; the same number is always the same image."""

    photographs: Sequence[LinearImage]
    """At least as large; with none there are only charts."""
    side: int
    seed: int
    chart_fraction: float = CHARTS
    """Share of charts."""
    exposure_range: tuple[float, float] = EXPOSURES
    """Photographs are made so many stops darker or brighter."""

    @classmethod
    def of(cls, recipe: Recipe, photographs: Sequence[LinearImage], *, seed: int | None = None) -> ImageSequence:
        """Those that a recipe asks for, or the same kind from another seed."""
        return cls(
            photographs=photographs,
            side=recipe.side,
            seed=recipe.seed if seed is None else seed,
            chart_fraction=recipe.chart_fraction,
            exposure_range=recipe.exposure_range,
        )

    def image(self, number: int) -> LinearImage:
        """The image at this place, counted from 0."""
        rng = np.random.default_rng([self.seed, number])
        charts = int(number * self.chart_fraction)
        if not self.photographs or int((number + 1) * self.chart_fraction) > charts:
            return chart(self.side, int(rng.integers(2**31)))
        shown = self.photographs[(number - charts) % len(self.photographs)]
        return expose(crop(shown, self.side, rng), rng.uniform(*self.exposure_range))
