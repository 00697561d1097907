"""Colour spaces in which darktable's modules work, converted from and to linear Rec709.

* input-rgb: scene-linear values before the input profile; darktable interprets a float image as linear Rec709.
* work-rgb: scene-linear Rec2020, the working profile.
* lab: Lab under D50, where L of diffuse white is 100.
* display: output of the output profile, sRGB-encoded.

Arrays are H x W x 3. Only `to_srgb_clipped` clips, and only it changes the floating-point type.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dtbase.imaging.colour import Pixels, lab_to_linear_rec709, linear_rec709_to_lab, linear_to_srgb, srgb_to_linear

REC709_TO_REC2020 = np.array([[0.6274, 0.3293, 0.0433], [0.0691, 0.9195, 0.0114], [0.0164, 0.0880, 0.8956]])
"""Linear Rec709 to linear Rec2020, both with a D65 white point; ITU-R BT.2087-0."""


def from_linear_rec709(linear: Pixels, space: str) -> Pixels:
    """Convert linear Rec709 to one of the colour spaces."""
    if space == "work-rgb":
        return np.asarray(linear @ REC709_TO_REC2020.T.astype(linear.dtype))
    if space == "lab":
        return linear_rec709_to_lab(linear)
    if space == "display":
        return linear_to_srgb(linear).astype(linear.dtype)
    return linear


def to_linear_rec709(pixels: Pixels, space: str) -> Pixels:
    """Convert one of the colour spaces to linear Rec709: the inverse of `from_linear_rec709`."""
    if space == "work-rgb":
        return np.asarray(pixels @ np.linalg.inv(REC709_TO_REC2020).T.astype(pixels.dtype))
    if space == "lab":
        return lab_to_linear_rec709(pixels)
    if space == "display":
        return srgb_to_linear(pixels).astype(pixels.dtype)
    return pixels


def to_srgb_clipped(pixels: Pixels, space: str) -> NDArray[np.float64]:
    """Convert to display-referred sRGB: encoded, clipped to 0..1."""
    linear = to_linear_rec709(pixels.astype(np.float64), space)
    return np.asarray(linear_to_srgb(np.clip(linear, 0, 1)), np.float64)
