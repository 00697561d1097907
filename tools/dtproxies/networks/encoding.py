"""Logarithmic encoding of unbounded light to values of about one, and its inverse."""

from __future__ import annotations

import math

import torch
from torch import Tensor

STOPS = 16.0
DARKEST = 2.0**-12
"""Start of the logarithmic range; below, the curve is nearly linear through zero."""


def to_stops(light: Tensor) -> Tensor:
    """Encode light of any sign in stops above 2^-12, divided by 16: 16 times white is near 1, black is 0."""
    return torch.sign(light) * torch.log1p(light.abs() / DARKEST) / (STOPS * math.log(2))


def from_stops(stops: Tensor) -> Tensor:
    """Decode stops to light: the inverse of `to_stops`."""
    return torch.sign(stops) * torch.expm1(stops.abs() * (STOPS * math.log(2))) * DARKEST
