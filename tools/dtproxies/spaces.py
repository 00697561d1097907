"""The colour spaces that darktable hands to its modules, from and to linear Rec709.

input-rgb: scene-linear light before the input profile; darktable takes a float picture as linear Rec709. work-rgb:
scene-linear Rec2020, the working profile. lab: Lab under D50, L of diffuse white is 100. display: what the output
profile makes, sRGB-encoded. raw: a mosaic of sensor values, H x W x 1 (see
`dtproxies.mosaic`). Nothing else is clipped. All functions take H x W x 3 and return the same type of float.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dtbase.colour import lab_to_linear_rec709, linear_rec709_to_lab, linear_to_srgb, srgb_to_linear
from dtproxies.modules import Space
from dtproxies.mosaic import to_mosaic

Pixels = NDArray[Any]

REC709_TO_REC2020 = np.array([[0.6274, 0.3293, 0.0433], [0.0691, 0.9195, 0.0114], [0.0164, 0.0880, 0.8956]])
"""Linear light, both with a D65 white; ITU-R BT.2087-0."""

WHITE = {"input-rgb": 1.0, "work-rgb": 1.0, "lab": 100.0, "display": 1.0, "raw": 1.0}
"""Value of diffuse white: the peak that errors in the space itself are held against."""


def to_space(light: Pixels, space: Space) -> Pixels:
    """Linear Rec709 in a module's space."""
    match space:
        case "input-rgb":
            return light
        case "work-rgb":
            return np.asarray(light @ REC709_TO_REC2020.T.astype(light.dtype))
        case "lab":
            return linear_rec709_to_lab(light)
        case "display":
            return linear_to_srgb(light).astype(light.dtype)
        case "raw":
            return to_mosaic(light)


def from_space(pixels: Pixels, space: Space) -> Pixels:
    """Linear Rec709 from a module's space: the inverse of `to_space`; a mosaic is grey, as its values are."""
    match space:
        case "input-rgb":
            return pixels
        case "work-rgb":
            return np.asarray(pixels @ np.linalg.inv(REC709_TO_REC2020).T.astype(pixels.dtype))
        case "lab":
            return lab_to_linear_rec709(pixels)
        case "display":
            return srgb_to_linear(pixels).astype(pixels.dtype)
        case "raw":
            return np.repeat(pixels, 3, axis=2) if pixels.shape[2] == 1 else pixels


def convert(pixels: Pixels, one: Space, other: Space) -> Pixels:
    """From one space to another; what was a mosaic becomes grey."""
    return pixels if one == other else to_space(from_space(pixels.astype(np.float64), one), other)


def shown(pixels: Pixels, space: Space) -> NDArray[np.float64]:
    """What a screen shows of it: sRGB-encoded, clipped to 0..1."""
    light = from_space(pixels.astype(np.float64), space)
    return np.asarray(linear_to_srgb(np.clip(light, 0, 1)), np.float64)
