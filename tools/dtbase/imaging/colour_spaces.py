"""The colour spaces that darktable hands to its modules, from and to linear Rec709.

input-rgb: scene-linear light before the input profile; darktable takes a float image as linear Rec709. work-rgb:
scene-linear Rec2020, the working profile. lab: Lab under D50, L of diffuse white is 100. display: what the output
profile makes, sRGB-encoded. Nothing is clipped. All functions take H x W x 3 and return the same type of float.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dtbase.imaging.colour import lab_to_linear_rec709, linear_rec709_to_lab, linear_to_srgb, srgb_to_linear

Pixels = NDArray[Any]

REC709_TO_REC2020 = np.array([[0.6274, 0.3293, 0.0433], [0.0691, 0.9195, 0.0114], [0.0164, 0.0880, 0.8956]])
"""Linear light, both with a D65 white; ITU-R BT.2087-0."""


def from_linear_rec709(light: Pixels, space: str) -> Pixels:
    """Linear Rec709 in a space."""
    if space == "work-rgb":
        return np.asarray(light @ REC709_TO_REC2020.T.astype(light.dtype))
    if space == "lab":
        return linear_rec709_to_lab(light)
    if space == "display":
        return linear_to_srgb(light).astype(light.dtype)
    return light


def to_linear_rec709(pixels: Pixels, space: str) -> Pixels:
    """Linear Rec709 from a space: the inverse of `from_linear_rec709`."""
    if space == "work-rgb":
        return np.asarray(pixels @ np.linalg.inv(REC709_TO_REC2020).T.astype(pixels.dtype))
    if space == "lab":
        return lab_to_linear_rec709(pixels)
    if space == "display":
        return srgb_to_linear(pixels).astype(pixels.dtype)
    return pixels


def to_srgb_clipped(pixels: Pixels, space: str) -> NDArray[np.float64]:
    """What a screen shows of it: sRGB-encoded, clipped to 0..1."""
    light = to_linear_rec709(pixels.astype(np.float64), space)
    return np.asarray(linear_to_srgb(np.clip(light, 0, 1)), np.float64)
