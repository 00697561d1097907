"""Colour encodings that a file names by numbers or by a default: primaries, white point and transfer curve."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dtbase.image_files.encoded_image import Curve, Light
from dtbase.imaging.colour import REC709_TO_XYZ_D50, adapt_to_d50, primaries_to_xyz, srgb_to_linear

XYZ_D50_TO_REC709 = np.linalg.inv(REC709_TO_XYZ_D50)
"""XYZ under D50, the connection space of profiles, to linear Rec709; 3 x 3, for column vectors."""


@dataclass(frozen=True, eq=False)
class RgbColour:
    """RGB, or grey as equal parts of it, encoded by one curve; see `Colour`."""

    curve: Curve
    to_rec709: NDArray[np.float64] | None = None
    """3 x 3, for linear column vectors; None if the primaries are those of Rec709."""

    def to_light(self, encoded: NDArray[np.float64]) -> Light:
        """See `Colour`."""
        linear = self.curve(encoded)
        if linear.shape[-1] == 1:
            return np.repeat(linear, 3, axis=-1)
        return linear if self.to_rec709 is None else np.asarray(linear @ self.to_rec709.T)


@dataclass(frozen=True)
class Power:
    """Power function; negative values mirror positive ones."""

    exponent: float

    def __call__(self, encoded: NDArray[np.float64]) -> NDArray[np.float64]:
        """Decode values."""
        return np.copysign(np.abs(encoded) ** self.exponent, encoded)


def linear(encoded: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return values that are linear already."""
    return encoded


def srgb(encoded: NDArray[np.float64]) -> NDArray[np.float64]:
    """Decode the sRGB curve."""
    return np.asarray(srgb_to_linear(encoded), np.float64)


SRGB, LINEAR = RgbColour(srgb), RgbColour(linear)
ADOBE_RGB = ((0.64, 0.33), (0.21, 0.71), (0.15, 0.06), (0.3127, 0.3290))
"""Chromaticities of red, green, blue and white (Adobe RGB (1998), section 4.3.1); its exponent is 563/256."""
ADOBE_RGB_EXPONENT = 563 / 256


def default_colour(*, floating: bool) -> RgbColour:
    """Return the encoding of a file that states none: integers are sRGB, floats linear Rec709, as in darktable."""
    return LINEAR if floating else SRGB


def chromatic_matrix(chromaticities: Sequence[Sequence[float]]) -> NDArray[np.float64]:
    """Compute the matrix from linear RGB to linear Rec709, both adapted to D50 by Bradford as in profiles.

    Args:
        chromaticities: x and y of red, green, blue and white.

    Raises:
        ValueError: they span no colour space.
    """
    xy = np.array(chromaticities, np.float64)
    if xy.shape != (4, 2) or not np.isfinite(xy).all() or (xy[:, 1] <= 0).any():
        raise ValueError("the chromaticities span no colour space")
    white = np.array([xy[3, 0] / xy[3, 1], 1, (1 - xy[3].sum()) / xy[3, 1]])
    try:
        matrix = XYZ_D50_TO_REC709 @ adapt_to_d50(primaries_to_xyz(xy[:3], white), white)
    except np.linalg.LinAlgError as exc:
        raise ValueError("the chromaticities span no colour space") from exc
    if not np.isfinite(matrix).all() or np.abs(matrix).max() > 1e3:
        raise ValueError("the chromaticities span no colour space")
    return matrix
