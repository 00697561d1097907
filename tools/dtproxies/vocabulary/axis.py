"""The axis of a slider: places along which its useful values lie evenly."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dtproxies.vocabulary.module import Slider

Values = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Axis:
    """Even places from low to high. A choice has one unit of length for each of its values."""

    slider: Slider
    low: float
    high: float
    default: float

    def values(self, places: NDArray[Any]) -> Values:
        """What the slider is at, at these places; within its range."""
        if self.slider.choices:
            taken = np.clip(np.floor(places), 0, len(self.slider.choices) - 1).astype(int)
            return np.asarray(np.array([value for _, value in self.slider.choices], np.float64)[taken])
        if self.slider.scale == "log":
            places = np.clip(np.exp(places), self.slider.low, self.slider.high)
        return np.rint(places) if self.slider.integer else np.asarray(places, np.float64)

    def coordinates(self, values: Any) -> Values:
        """Where these values lie: the inverse of `values`, in the middle of a choice."""
        values = np.asarray(values, np.float64)
        if self.slider.choices:
            numbers = np.array([value for _, value in self.slider.choices])
            return np.asarray(np.abs(values[..., None] - numbers).argmin(axis=-1) + 0.5)
        return np.asarray(np.log(values) if self.slider.scale == "log" else values)


def axis(slider: Slider) -> Axis:
    """The axis of a slider."""
    if slider.choices:
        default = [value for _, value in slider.choices].index(int(slider.default)) + 0.5
        return Axis(slider=slider, low=0.0, high=float(len(slider.choices)), default=default)
    ends = (slider.low, slider.high, slider.default)
    low, high, default = np.log(ends).tolist() if slider.scale == "log" else ends
    return Axis(slider=slider, low=low, high=high, default=default)
