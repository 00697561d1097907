"""Endless, seeded sequence of training images: crops of photographs and computed charts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dtproxies.images.image import LinearImage, chart, crop, expose
from dtproxies.vocabulary.recipe import CHARTS, EXPOSURES, Recipe


@dataclass(frozen=True, kw_only=True, eq=False)
class ImageSequence:
    """Sequence of images of side x side pixels; an index always yields the same image."""

    photographs: Sequence[LinearImage]
    """Photographs of at least `side` x `side` pixels; without any, all images are charts."""
    side: int
    seed: int
    chart_fraction: float = CHARTS
    """Fraction of charts."""
    exposure_range: tuple[float, float] = EXPOSURES
    """Range of the random exposure change of photographs, in stops."""

    @classmethod
    def of(cls, recipe: Recipe, photographs: Sequence[LinearImage], *, seed: int | None = None) -> ImageSequence:
        """Build the sequence of a recipe, optionally with another seed."""
        return cls(
            photographs=photographs,
            side=recipe.side,
            seed=recipe.seed if seed is None else seed,
            chart_fraction=recipe.chart_fraction,
            exposure_range=recipe.exposure_range,
        )

    def image(self, index: int) -> LinearImage:
        """Return the image at an index, counted from 0."""
        rng = np.random.default_rng([self.seed, index])
        charts = int(index * self.chart_fraction)
        if not self.photographs or int((index + 1) * self.chart_fraction) > charts:
            return chart(self.side, int(rng.integers(2**31)))
        photograph = self.photographs[(index - charts) % len(self.photographs)]
        return expose(crop(photograph, self.side, rng), rng.uniform(*self.exposure_range))
