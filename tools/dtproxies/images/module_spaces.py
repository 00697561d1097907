"""Conversions between the colour spaces of darktable's modules: those of `dtbase.imaging.colour_spaces`, and raw.

raw is a Bayer mosaic of sensor values, [H, W, 1] (see `dtproxies.images.mosaic`); as an image it is grey.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dtbase.imaging.colour_spaces import from_linear_rec709, to_linear_rec709, to_srgb_clipped
from dtproxies.images.mosaic import to_mosaic
from dtproxies.vocabulary.module import Space

Pixels = NDArray[Any]

WHITE = {"input-rgb": 1.0, "work-rgb": 1.0, "lab": 100.0, "display": 1.0, "raw": 1.0}
"""Value of diffuse white: the peak for errors measured in the space itself."""


def to_space(light: Pixels, space: Space) -> Pixels:
    """Convert linear Rec709 to a module's space."""
    return to_mosaic(light) if space == "raw" else from_linear_rec709(light, space)


def from_space(pixels: Pixels, space: Space) -> Pixels:
    """Convert a module's space to linear Rec709: the inverse of `to_space`, except for a mosaic."""
    return _grey(pixels) if space == "raw" else to_linear_rec709(pixels, space)


def convert(pixels: Pixels, source: Space, target: Space) -> Pixels:
    """Convert pixels between two spaces; a mosaic becomes grey."""
    return pixels if source == target else to_space(from_space(pixels.astype(np.float64), source), target)


def to_display(pixels: Pixels, space: Space) -> NDArray[np.float64]:
    """Convert pixels to display-referred values: sRGB-encoded, clipped to 0..1."""
    return to_srgb_clipped(_grey(pixels), space)


def _grey(pixels: Pixels) -> Pixels:
    return np.repeat(pixels, 3, axis=2) if pixels.shape[2] == 1 else pixels
