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
from dtproxies.render.pairs import SupportsRendering, slider_values
from dtproxies.vocabulary.axis import axis
from dtproxies.vocabulary.module import Module

SETTINGS = 64
"""Number of rendered slider positions."""
SEED = 5_000_011
MAX_KNOTS = 33
"""Maximum number of knots along each axis of a 3D LUT."""
INTERPOLATED = 4
"""Number of nearest 3D LUTs that are averaged, weighted by inverse squared distance of their settings."""
LOG_RANGE = (-0.45, 1.1)
"""Range of a 3D LUT of linear light, encoded by `log_encode`: 2^-1.7 below zero to 2^5.6 above."""
LAB_RANGES = ((0.0, 260.0), (-190.0, 190.0), (-190.0, 190.0))
"""Ranges of a 3D LUT of Lab: L, a and b."""


class Baselines:
    """Rendered settings, each with the 3D LUT of darktable's output."""

    def __init__(self, definition: ProxyDefinition, renderer: SupportsRendering, side: int) -> None:
        """Render the 3D LUTs on images of side x side pixels; modules on mosaics have none."""
        self._module, self._renderer = definition.module, renderer
        count = SETTINGS if self._module.sliders else 1
        self.settings = sample(self._module, count, seed=SEED, reachable=definition.reachable)
        self._knots = min(MAX_KNOTS, int((side * side) ** (1 / 3) + 1e-9))
        self._luts = [] if self._module.space == "raw" else self._render_luts(side)

    def nearest(self, position: Positions, image: Pixels) -> Pixels:
        """Return darktable's output for the image at the setting nearest to this position."""
        at = int(np.argmin(self._distances(position)))
        request = Request(self._module.name, image, slider_values(self._module, self.settings[at]))
        return next(iter(self._renderer.render_many([request])))

    def interpolated(self, position: Positions, image: Pixels) -> Pixels | None:
        """Return the image after the interpolated 3D LUT of the nearest settings; None if there are no LUTs."""
        if not self._luts:
            return None
        distances = self._distances(position)
        nearest = np.argsort(distances)[:INTERPOLATED]
        weights = 1 / (distances[nearest] ** 2 + 1e-6)
        lut = np.tensordot(weights / weights.sum(), np.stack([self._luts[at] for at in nearest]), axes=1)
        return _interpolate(lut, _lut_positions(image, self._module) * (self._knots - 1))

    def _distances(self, position: Positions) -> NDArray[np.float64]:
        axes = [axis(slider) for slider in self._module.sliders]
        differences = [
            (one.coordinates(self.settings[:, at]) - one.coordinates(position[at])) / (one.high - one.low)
            for at, one in enumerate(axes)
        ]
        return np.sqrt(np.sum(np.square(differences), axis=0)) if differences else np.zeros(len(self.settings))

    def _render_luts(self, side: int) -> list[NDArray[np.float64]]:
        grid = np.stack(np.meshgrid(*[np.linspace(0, 1, self._knots)] * 3, indexing="ij"), axis=-1).reshape(-1, 3)
        image = np.zeros((side * side, 3))
        image[: len(grid)] = _colours(grid, self._module)
        pixels = image.reshape(side, side, 3).astype(np.float32)
        requests = [Request(self._module.name, pixels, slider_values(self._module, one)) for one in self.settings]
        shape = (self._knots, self._knots, self._knots, 3)
        return [
            output.reshape(-1, 3)[: len(grid)].reshape(shape).astype(np.float64)
            for output in self._renderer.render_many(requests)
        ]


def _ranges(module: Module) -> NDArray[np.float64]:
    return np.array(LAB_RANGES if module.space == "lab" else [LOG_RANGE] * 3).T


def _lut_positions(image: Pixels, module: Module) -> NDArray[np.float64]:
    """Return colours as positions in a 3D LUT, 0 to 1 on each axis."""
    low, high = _ranges(module)
    values = image.astype(np.float64) if module.space == "lab" else log_encode(image.astype(np.float64))
    return np.asarray(np.clip((values - low) / (high - low), 0, 1))


def _colours(positions: NDArray[np.float64], module: Module) -> NDArray[np.float64]:
    """Return the inverse of `_lut_positions`."""
    low, high = _ranges(module)
    values = low + positions * (high - low)
    if module.space == "lab":
        return np.asarray(values)
    return np.asarray(np.sign(values) * (2.0 ** (16 * np.abs(values)) - 1) * 2.0**-12)


def _interpolate(lut: NDArray[np.float64], positions: NDArray[np.float64]) -> Pixels:
    coordinates = np.moveaxis(positions, -1, 0)
    channels = [map_coordinates(lut[..., channel], coordinates, order=1, mode="nearest") for channel in range(3)]
    return np.stack(channels, axis=-1).astype(np.float32)
