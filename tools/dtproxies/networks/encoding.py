"""Unbounded light as numbers of about one, and back."""

from __future__ import annotations

import math

import torch
from torch import Tensor

STOPS = 16.0
DARKEST = 2.0**-12
"""Where stops begin to count: below, the curve is close to a straight line through zero."""


def to_stops(light: Tensor) -> Tensor:
    """Light of any sign -> stops above 2^-12, divided by 16: 16 times white is near 1, black is 0."""
    return torch.sign(light) * torch.log1p(light.abs() / DARKEST) / (STOPS * math.log(2))


def from_stops(stops: Tensor) -> Tensor:
    """The inverse of `to_stops`."""
    return torch.sign(stops) * torch.expm1(stops.abs() * (STOPS * math.log(2))) * DARKEST
