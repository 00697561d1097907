"""Baselines of an evaluation: the nearest rendered setting, and an interpolated 3D LUT."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates

from dtproxies.darktable.renderer import Request
from dtproxies.images.image import Pixels
from dtproxies.images.metrics import log_encode
from dtproxies.proxy.definition import ProxyDefinition
from dtproxies.proxy.sampling import Positions, sample
from dtproxies.render.pairs import Renders, slider_values
from dtproxies.vocabulary.axis import axis
from dtproxies.vocabulary.module import Module

SETTINGS = 64
"""Slider positions that are known beforehand."""
SEED = 5_000_011
EDGE = 33
"""Most knots along each axis of a table."""
BLENDED = 4
"""Tables that are blended, by the inverse square of how far their settings are."""
LIGHT = (-0.45, 1.1)
"""Ends of a table of light, in stops as `log_encode` counts them: 2^-1.7 below zero to 2^5.6 above."""
LAB = ((0.0, 260.0), (-190.0, 190.0), (-190.0, 190.0))
"""Ends of a table of Lab."""


class Baselines:
    """Rendered settings, each with the 3D LUT of darktable's output."""

    def __init__(self, given: ProxyDefinition, renderer: Renders, side: int) -> None:
        """Render the 3D LUTs on images of side x side pixels; modules on mosaics have none."""
        self._module, self._renderer = given.module, renderer
        self.settings = sample(
            given.module, SETTINGS if given.module.sliders else 1, seed=SEED, reachable=given.reachable
        )
        self._knots = min(EDGE, int((side * side) ** (1 / 3) + 1e-9))
        self._tables = [] if given.module.space == "raw" else self._render_tables(side)

    def nearest(self, position: Positions, image: Pixels) -> Pixels:
        """Return darktable's output for the image at the setting nearest to this position."""
        at = int(np.argmin(self._distances(position)))
        request = Request(self._module.name, image, slider_values(self._module, self.settings[at]))
        return next(iter(self._renderer.render_many([request])))

    def blended(self, position: Positions, image: Pixels) -> Pixels | None:
        """Return the image after the interpolated 3D LUT of the nearest settings; None if there are no LUTs."""
        if not self._tables:
            return None
        distances = self._distances(position)
        near = np.argsort(distances)[:BLENDED]
        weights = 1 / (distances[near] ** 2 + 1e-6)
        table = np.tensordot(weights / weights.sum(), np.stack([self._tables[at] for at in near]), axes=1)
        return _look_up(table, _places(image, self._module) * (self._knots - 1))

    def _distances(self, position: Positions) -> NDArray[np.float64]:
        ends = [axis(slider) for slider in self._module.sliders]
        apart = [
            (one.coordinates(self.settings[:, at]) - one.coordinates(position[at])) / (one.high - one.low)
            for at, one in enumerate(ends)
        ]
        return np.sqrt(np.sum(np.square(apart), axis=0)) if apart else np.zeros(len(self.settings))

    def _render_tables(self, side: int) -> list[NDArray[np.float64]]:
        grid = np.stack(np.meshgrid(*[np.linspace(0, 1, self._knots)] * 3, indexing="ij"), axis=-1).reshape(-1, 3)
        image = np.zeros((side * side, 3))
        image[: len(grid)] = _values(grid, self._module)
        pixels = image.reshape(side, side, 3).astype(np.float32)
        requests = [Request(self._module.name, pixels, slider_values(self._module, one)) for one in self.settings]
        shape = (self._knots, self._knots, self._knots, 3)
        return [
            made.reshape(-1, 3)[: len(grid)].reshape(shape).astype(np.float64)
            for made in self._renderer.render_many(requests)
        ]


def _ends(module: Module) -> NDArray[np.float64]:
    return np.array(LAB if module.space == "lab" else [LIGHT] * 3).T


def _places(image: Pixels, module: Module) -> NDArray[np.float64]:
    """Return colours as positions in a 3D LUT, 0 to 1 on each axis."""
    low, high = _ends(module)
    inside = image.astype(np.float64) if module.space == "lab" else log_encode(image.astype(np.float64))
    return np.asarray(np.clip((inside - low) / (high - low), 0, 1))


def _values(places: NDArray[np.float64], module: Module) -> NDArray[np.float64]:
    """Return the inverse of `_places`."""
    low, high = _ends(module)
    inside = low + places * (high - low)
    if module.space == "lab":
        return np.asarray(inside)
    return np.asarray(np.sign(inside) * (2.0 ** (16 * np.abs(inside)) - 1) * 2.0**-12)


def _look_up(table: NDArray[np.float64], places: NDArray[np.float64]) -> Pixels:
    coordinates = np.moveaxis(places, -1, 0)
    made = [map_coordinates(table[..., channel], coordinates, order=1, mode="nearest") for channel in range(3)]
    return np.stack(made, axis=-1).astype(np.float32)
