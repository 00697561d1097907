"""Pictures before and after a module, rendered by darktable when they are needed; nothing is stored."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from dtbase.errors import Failure
from dtproxies.darktable.render import Request
from dtproxies.images import Picture, Pixels, chart, crop, expose, into_space
from dtproxies.modules import Module
from dtproxies.sampling import Positions

EXPOSURES = (-3.0, 3.0)
"""Photographs are made so many stops darker or brighter before anything else."""
CHART_EVERY = 4
"""One pair in so many shows a computed chart instead of a photograph."""


class Renders(Protocol):
    """Anything that renders through a module, like `dtproxies.darktable.render.Renderer`."""

    def render_many(self, requests: Iterable[Request]) -> Iterator[Pixels]:
        """Results, in the order of the requests."""
        ...


@dataclass(frozen=True, eq=False)
class Pair:
    """One picture before and after the module, H x W x 3 in the module's colour space."""

    name: str
    sliders: NDArray[np.float64]
    """[P], in the order of the module's sliders."""
    before: Pixels
    after: Pixels


def render_pairs(
    module: Module,
    renderer: Renders,
    pictures: Sequence[Picture],
    positions: Positions,
    *,
    side: int,
    seed: int,
) -> Iterator[Pair]:
    """Render one pair for each slider position, on crops of the pictures in turn and on charts.

    Args:
        module: to render through.
        renderer: set up for this module and for images of side x side pixels.
        pictures: photographs, at least as large.
        positions: [count, P].
        side: of the crops, in pixels.
        seed: of crops, exposures and charts.

    Raises:
        Failure: the module left every picture as it was, so it was not running at all.
    """
    made = [_picture(number, pictures, side, seed) for number in range(len(positions))]
    before = [into_space(picture, module) for picture in made]
    requests = [
        Request(module.name, pixels, slider_values(module, position))
        for pixels, position in zip(before, positions, strict=True)
    ]
    changed = False
    rows = zip(made, positions, before, renderer.render_many(requests), strict=True)
    for picture, position, pixels, after in rows:
        changed = changed or not np.array_equal(pixels, after)
        yield Pair(picture.name, position, pixels, after)
    if len(positions) and not changed:
        raise Failure(f"module {module.name} changed none of {len(positions)} pictures: it did not run")


def slider_values(module: Module, position: Sequence[float] | NDArray[np.float64]) -> dict[str, float | str]:
    """The position and what is fixed, by name, as a renderer takes it."""
    return module.parameters(
        {slider.name: float(value) for slider, value in zip(module.sliders, position, strict=True)}
    )


def _picture(number: int, pictures: Sequence[Picture], side: int, seed: int) -> Picture:
    rng = np.random.default_rng([seed, number])
    if not pictures or number % CHART_EVERY == CHART_EVERY - 1:
        return chart(side, int(rng.integers(2**31)))
    shown = pictures[(number - number // CHART_EVERY) % len(pictures)]
    return expose(crop(shown, side, rng), rng.uniform(*EXPOSURES))
