"""A straight line with a toe and a shoulder, through black, grey and white of scene and display."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SCurve:
    """On the logarithm of light, 0 for the scene's black and 1 for its white; all numbers are [B, 1, 1, 1].

    Between toe and shoulder it is a straight line; outside a polynomial of fourth order that ends flat at black and
    white and goes over into the line without a jump of slope or bend.
    """

    black: Tensor
    white: Tensor
    """Values at 0 and 1."""
    toe: Tensor
    shoulder: Tensor
    """Where the line begins and ends."""
    slope: Tensor
    start: Tensor
    """Slope of the line, and its value at 0."""

    def __call__(self, place: Tensor) -> Tensor:
        """[B, C, H, W] in 0..1 -> the same shape."""
        below = (place / self.toe).clamp(0, 1)
        above = ((1 - place) / (1 - self.shoulder)).clamp(0, 1)
        low = self.black + _bow(below, self._line(self.toe) - self.black, self.slope * self.toe)
        high = self.white - _bow(above, self.white - self._line(self.shoulder), self.slope * (1 - self.shoulder))
        return torch.where(place < self.toe, low, torch.where(place > self.shoulder, high, self._line(place)))

    def _line(self, place: Tensor) -> Tensor:
        return self.start + self.slope * place


def _bow(place: Tensor, height: Tensor, slope: Tensor) -> Tensor:
    """From 0 at 0, flat, to `height` at 1, with `slope` and without bend."""
    low, middle, high = 6 * height - 3 * slope, 5 * slope - 8 * height, 3 * height - 2 * slope
    return place**2 * (low + place * (middle + place * high))
