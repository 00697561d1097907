"""S-curve of a line with toe and shoulder, through black, grey and white of scene and display."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SCurve:
    """S-curve on the logarithm of light, 0 for scene black and 1 for scene white; all fields are [B, 1, 1, 1].

    Between toe and shoulder it is a line. Outside it is a polynomial of fourth order that is flat at black and white
    and joins the line with continuous first and second derivatives.
    """

    black: Tensor
    white: Tensor
    """Values at 0 and 1."""
    toe: Tensor
    shoulder: Tensor
    """Positions of the ends of the line."""
    slope: Tensor
    start: Tensor
    """Slope of the line, and its value at 0."""

    def __call__(self, position: Tensor) -> Tensor:
        """Evaluate the curve: [B, C, H, W] in 0..1 -> the same shape."""
        below = (position / self.toe).clamp(0, 1)
        above = ((1 - position) / (1 - self.shoulder)).clamp(0, 1)
        low = self.black + _polynomial(below, self._line(self.toe) - self.black, self.slope * self.toe)
        high = self.white - _polynomial(above, self.white - self._line(self.shoulder), self.slope * (1 - self.shoulder))
        return torch.where(position < self.toe, low, torch.where(position > self.shoulder, high, self._line(position)))

    def _line(self, position: Tensor) -> Tensor:
        return self.start + self.slope * position


def _polynomial(position: Tensor, height: Tensor, slope: Tensor) -> Tensor:
    """Evaluate the polynomial from 0 at 0, flat, to `height` at 1 with `slope` and zero second derivative."""
    low, middle, high = 6 * height - 3 * slope, 5 * slope - 8 * height, 3 * height - 2 * slope
    return position**2 * (low + position * (middle + position * high))
