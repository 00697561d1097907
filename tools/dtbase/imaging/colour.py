"""Colour conversions as in darktable, for values of any sign and magnitude; nothing is clipped.

All conversions take arrays whose last axis holds the three channels, and return the same floating-point type.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.floating[Any]]
"""Pixels of floating-point type; the last axis holds the channels."""

WHITE_D50 = np.array([0.9642, 1.0, 0.8249])
"""XYZ of the D50 white point: the ICC profile connection space, and the reference of darktable's Lab."""
WHITE_D65 = np.array([0.3127 / 0.3290, 1.0, (1 - 0.3127 - 0.3290) / 0.3290])
"""XYZ of the D65 white point of Rec709, computed from its chromaticity."""
REC709 = np.array([[0.640, 0.330], [0.300, 0.600], [0.150, 0.060]])
"""Chromaticities x, y of the Rec709 primaries (ITU-R BT.709)."""
BRADFORD = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])
"""Bradford matrix: XYZ to the cone responses in which ICC profiles adapt white points."""

LAB_EPSILON = 216 / 24389
LAB_KAPPA = 24389 / 27
"""CIE constants: below EPSILON the Lab curve is a straight line of slope KAPPA / 116."""


def primaries_to_xyz(chromaticities: NDArray[np.float64], white: NDArray[np.float64]) -> NDArray[np.float64]:
    """Compute the 3 x 3 matrix from linear RGB of three primaries to XYZ, for column vectors.

    Args:
        chromaticities: [3, 2], x and y of each primary.
        white: [3], XYZ of the white point, the sum of the primaries.
    """
    xy = chromaticities.T
    primaries = np.stack([xy[0] / xy[1], np.ones(3), (1 - xy[0] - xy[1]) / xy[1]])
    scaled: NDArray[np.float64] = primaries * np.linalg.solve(primaries, white)
    return scaled


def adapt_to_d50(to_xyz: NDArray[np.float64], white: NDArray[np.float64]) -> NDArray[np.float64]:
    """Adapt a 3 x 3 matrix to XYZ from the white point `white` [3] to D50, by the Bradford transform."""
    gains = (BRADFORD @ WHITE_D50) / (BRADFORD @ white)
    adapted: NDArray[np.float64] = np.linalg.inv(BRADFORD) @ (gains[:, None] * (BRADFORD @ to_xyz))
    return adapted


REC709_TO_XYZ_D65 = primaries_to_xyz(REC709, WHITE_D65)
"""Linear Rec709 to XYZ under D65, 3 x 3, for column vectors."""
REC709_TO_XYZ_D50 = adapt_to_d50(REC709_TO_XYZ_D65, WHITE_D65)
"""Linear Rec709 to XYZ adapted to D50, 3 x 3, for column vectors."""


def srgb_to_linear(encoded: Pixels) -> Pixels:
    """Decode sRGB (IEC 61966-2-1) to linear values; negative values mirror positive ones."""
    magnitude = np.abs(encoded)
    linear = np.where(magnitude <= 0.04045, magnitude / 12.92, ((magnitude + 0.055) / 1.055) ** 2.4)
    return np.copysign(linear, encoded)


def linear_to_srgb(linear: Pixels) -> Pixels:
    """Encode linear values as sRGB (IEC 61966-2-1); negative values mirror positive ones."""
    magnitude = np.abs(linear)
    encoded = np.where(magnitude <= 0.0031308, magnitude * 12.92, 1.055 * magnitude ** (1 / 2.4) - 0.055)
    return np.copysign(encoded, linear)


def linear_rec709_to_lab(rgb: Pixels) -> Pixels:
    """Convert linear Rec709 to Lab under D50 (L of diffuse white is 100), with Bradford adaptation as in ICC profiles.

    The Lab input of modules in darktable 5.4.1 differs from it, because darktable approximates the cube root: for
    values from -0.5 to 64 by at most 0.05 in L and 0.1 in a and b.
    """
    ratio = rgb @ (REC709_TO_XYZ_D50 / WHITE_D50[:, None]).T.astype(rgb.dtype)
    curve = np.where(ratio > LAB_EPSILON, np.cbrt(ratio), (LAB_KAPPA * ratio + 16) / 116)
    x, y, z = np.moveaxis(curve, -1, 0)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1).astype(rgb.dtype)


def lab_to_linear_rec709(lab: Pixels) -> Pixels:
    """Convert Lab under D50 to linear Rec709: the inverse of `linear_rec709_to_lab`, also for negative values."""
    lightness, a, b = np.moveaxis(lab, -1, 0)
    y = (lightness + 16) / 116
    curve = np.stack([y + a / 500, y, y - b / 200], axis=-1)
    ratio = np.where(curve > np.cbrt(LAB_EPSILON), curve**3, (116 * curve - 16) / LAB_KAPPA)
    return (ratio @ np.linalg.inv(REC709_TO_XYZ_D50 / WHITE_D50[:, None]).T.astype(lab.dtype)).astype(lab.dtype)
