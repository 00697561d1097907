"""Pairs of input and output images of a module, rendered by darktable on demand; nothing is stored."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from dtbase.system.errors import Failure
from dtproxies.darktable.renderer import Request
from dtproxies.images.image import Pixels, to_module_space
from dtproxies.images.training_images import ImageSequence
from dtproxies.proxy.definition import ProxyDefinition
from dtproxies.proxy.sampling import Positions, nudged, sample
from dtproxies.render.upstream_modules import Upstream
from dtproxies.vocabulary.module import Module
from dtproxies.vocabulary.recipe import Recipe

Position = NDArray[np.float64]
"""[P], in the order of the module's sliders."""


class SupportsRendering(Protocol):
    """Protocol of a renderer, for example `dtproxies.darktable.renderer.Renderer`."""

    def render_many(self, requests: Iterable[Request]) -> Iterator[Pixels]:
        """Yield the output images, in the order of the requests."""
        ...


@dataclass(frozen=True, eq=False)
class Nudge:
    """Output for the same input image with one slider moved a little."""

    sliders: Position
    after: Pixels


@dataclass(frozen=True, eq=False)
class Pair:
    """Input and output of a module, H x W x C: before in its input space, after in its output space."""

    name: str
    sliders: Position
    before: Pixels
    after: Pixels
    nudge: Nudge | None = None


def render_pairs(
    module: Module,
    renderer: SupportsRendering,
    images: ImageSequence,
    positions: Positions,
    *,
    upstream: Upstream | None = None,
) -> Iterator[Pair]:
    """Render one pair for each slider position, each on the next image of the sequence.

    Args:
        module: module to render with.
        renderer: renderer of this module and the upstream ones.
        images: input images.
        positions: [count, P].
        upstream: modules that process the images first.

    Raises:
        Failure: the module changed no image, so it did not run.
    """
    rows = ((number, position, None) for number, position in enumerate(positions))
    changed = False
    for pair in _render(module, renderer, images, rows, upstream):
        changed = changed or not np.array_equal(pair.before, pair.after)
        yield pair
    if len(positions) and not changed:
        raise Failure(f"module {module.name} changed none of {len(positions)} images: it did not run")


def endless_pairs(
    definition: ProxyDefinition, renderer: SupportsRendering, images: ImageSequence, recipe: Recipe, *, start: int = 0
) -> Iterator[Pair]:
    """Yield the pairs of a recipe from the number `start` on; a number always gives the same pair."""
    positions = _positions(definition, recipe)
    rows = (_row(number, position, definition, recipe) for number, position in enumerate(positions) if number >= start)
    return _render(definition.module, renderer, images, rows, Upstream.of(recipe, renderer))


def slider_values(module: Module, position: Sequence[float] | Position) -> dict[str, float | str]:
    """Return slider values and fixed parameters by name, as `Request` takes them."""
    values = zip(module.sliders, position, strict=True)
    return module.parameters({slider.name: float(value) for slider, value in values})


_Row = tuple[int, Position, Position | None]
"""Number of the pair, its sliders, and its sliders with one of them moved."""


def _positions(definition: ProxyDefinition, recipe: Recipe) -> Iterator[Position]:
    for block in count():
        seed = (recipe.seed, _BLOCKS + block) if block else recipe.seed
        yield from sample(definition.module, recipe.pairs, seed=seed, reachable=definition.reachable)


_BLOCKS = 1000
"""Added to the number of a block, so that its seed differs from those of the kinds of positions."""


def _row(number: int, position: Position, definition: ProxyDefinition, recipe: Recipe) -> _Row:
    if not recipe.gradient_weight:
        return number, position, None
    seed, reachable = (recipe.seed, number), definition.reachable
    return number, position, nudged(definition.module, position, seed=seed, reachable=reachable)


def _render(
    module: Module, renderer: SupportsRendering, images: ImageSequence, rows: Iterable[_Row], upstream: Upstream | None
) -> Iterator[Pair]:
    pending: list[tuple[str, Pixels, _Row]] = []

    def requests() -> Iterator[Request]:
        for row in rows:
            source = images.image(row[0])
            if upstream:
                source = upstream.apply(source, (images.seed, row[0]))
            pixels = to_module_space(source, module)
            pending.append((source.name, pixels, row))
            for position in row[1:]:
                if position is not None:
                    yield Request(module.name, pixels, slider_values(module, position))

    rendered = renderer.render_many(requests())
    for after in rendered:
        name, pixels, (_, position, moved) = pending.pop(0)
        nudge = None if moved is None else Nudge(moved, next(rendered))
        yield Pair(name, position, pixels, after, nudge)
