"""Axis of a slider: coordinates along which its useful values are evenly spaced."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dtproxies.vocabulary.module import Slider

Values = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Axis:
    """Evenly spaced coordinates from low to high. A choice has one unit of length for each of its values."""

    slider: Slider
    low: float
    high: float
    default: float

    def values(self, coordinates: NDArray[Any]) -> Values:
        """Convert coordinates to slider values inside the range."""
        if self.slider.choices:
            index = np.clip(np.floor(coordinates), 0, len(self.slider.choices) - 1).astype(int)
            return np.asarray(np.array([value for _, value in self.slider.choices], np.float64)[index])
        if self.slider.scale == "log":
            coordinates = np.clip(np.exp(coordinates), self.slider.low, self.slider.high)
        return np.rint(coordinates) if self.slider.integer else np.asarray(coordinates, np.float64)

    def coordinates(self, values: Any) -> Values:
        """Convert slider values to coordinates: the inverse of `values`; a choice maps to the middle of its unit."""
        values = np.asarray(values, np.float64)
        if self.slider.choices:
            choices = np.array([value for _, value in self.slider.choices])
            return np.asarray(np.abs(values[..., None] - choices).argmin(axis=-1) + 0.5)
        return np.asarray(np.log(values) if self.slider.scale == "log" else values)


def axis(slider: Slider) -> Axis:
    """Build the axis of a slider."""
    if slider.choices:
        default = [value for _, value in slider.choices].index(int(slider.default)) + 0.5
        return Axis(slider=slider, low=0.0, high=float(len(slider.choices)), default=default)
    ends = (slider.low, slider.high, slider.default)
    low, high, default = np.log(ends).tolist() if slider.scale == "log" else ends
    return Axis(slider=slider, low=low, high=high, default=default)
