"""Upstream modules with random sliders, which process training images first, as in a real pipe."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from dtproxies.darktable.renderer import Request
from dtproxies.images.image import LinearImage, Pixels, to_module_space
from dtproxies.images.module_spaces import from_space
from dtproxies.proxy.definition import ProxyDefinition, load_definition
from dtproxies.proxy.sampling import sample
from dtproxies.vocabulary.recipe import Recipe

FRACTION = 0.5
"""Fraction of the images that these modules process; the others stay unchanged."""


class _SupportsRendering(Protocol):
    def render_many(self, requests: Iterable[Request]) -> Iterator[Pixels]: ...


@dataclass(frozen=True, eq=False)
class Upstream:
    """Upstream modules in the order in which they process an image."""

    modules: Sequence[ProxyDefinition]
    renderer: _SupportsRendering

    @classmethod
    def of(cls, recipe: Recipe, renderer: _SupportsRendering) -> Upstream | None:
        """Return the upstream modules of a recipe, or None if it has none.

        Raises:
            WrongUsage: one of them has no file.
        """
        return cls([load_definition(name) for name in recipe.upstream], renderer) if recipe.upstream else None

    def apply(self, source: LinearImage, seed: Sequence[int]) -> LinearImage:
        """Return the image after these modules, or unchanged; the seed determines the choice and the sliders."""
        rng = np.random.default_rng([*seed, _SALT])
        if rng.random() >= FRACTION:
            return source
        for one in self.modules:
            module = one.module
            (position,) = sample(module, 1, seed=int(rng.integers(2**31)), reachable=one.reachable)
            sliders = {slider.name: float(value) for slider, value in zip(module.sliders, position, strict=True)}
            request = Request(module.name, to_module_space(source, module), module.parameters(sliders))
            (output,) = self.renderer.render_many([request])
            light = np.asarray(from_space(output.astype(np.float64), module.result_space), np.float32)
            source = LinearImage(f"{source.name}, {module.name}", light)
        return source


_SALT = 17
"""Makes these random numbers differ from those of the image with the same seed."""
