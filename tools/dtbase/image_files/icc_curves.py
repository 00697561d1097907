"""Curves of ICC profiles: `curv` (identity, power or table) and `para` (five parametric kinds)."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from dtbase.image_files.colour_encoding import Power, linear
from dtbase.image_files.encoded_image import Curve
from dtbase.image_files.icc_elements import UnsupportedProfile, fixed_numbers, stored_integers

Values = NDArray[np.float64]
PARAMETERS = {0: "g", 1: "gab", 2: "gabc", 3: "gabcd", 4: "gabcdef"}
"""Parameters that each kind of a parametric curve stores, in order."""
NEAR_WHITE = np.array([0.7, 0.8, 0.9])
"""Where the exponent is taken by which a table continues above 1, as in darktable."""


@dataclass(frozen=True, eq=False)
class Parametric:
    """A power of a line above `d`, a line below; negative values mirror positive ones."""

    g: float
    a: float = 1
    b: float = 0
    c: float = 0
    d: float = 0
    e: float = 0
    f: float = 0

    def __call__(self, encoded: Values) -> Values:
        """Decode values."""
        size = np.abs(encoded)
        above = np.maximum(self.a * size + self.b, 0) ** self.g + self.e
        return np.copysign(np.where(size >= self.d, above, self.c * size + self.f), encoded)


@dataclass(frozen=True, eq=False)
class Table:
    """Samples at equal distances from 0 to 1; above 1 a power function continues, negative values mirror."""

    samples: Values

    def __call__(self, encoded: Values) -> Values:
        """Decode values."""
        size = np.abs(encoded)
        values = np.interp(size, np.linspace(0, 1, len(self.samples)), self.samples)
        if size.size and size.max() > 1:
            values = np.where(size > 1, self.samples[-1] * np.maximum(size, 1) ** self._exponent, values)
        return np.copysign(values, encoded)

    @cached_property
    def _exponent(self) -> float:
        below = np.interp(NEAR_WHITE, np.linspace(0, 1, len(self.samples)), self.samples) / self.samples[-1]
        return float(np.mean(np.log(np.maximum(below, 1e-6)) / np.log(NEAR_WHITE)))


@dataclass(frozen=True, eq=False)
class PerChannel:
    """A curve for each channel; a single channel counts as all of equal value."""

    curves: tuple[Curve, ...]

    def __call__(self, encoded: Values) -> Values:
        """Decode [..., channels]."""
        columns = [encoded[..., 0 if encoded.shape[-1] == 1 else at] for at in range(len(self.curves))]
        return np.stack([curve(column) for curve, column in zip(self.curves, columns, strict=True)], axis=-1)


def read_curve(data: bytes, start: int = 0) -> tuple[Curve, int]:
    """Read the curve at `start`, and return it with the offset after it.

    Raises:
        UnsupportedProfile: it is no curve.
    """
    kind = data[start : start + 4]
    if kind == b"curv":
        (count,) = struct.unpack_from(">I", data, start + 8)
        end = start + 12 + 2 * count
        if count == 0:
            return linear, end
        if count == 1:
            return Power(struct.unpack_from(">H", data, start + 12)[0] / 256), end
        samples = stored_integers(data, start + 12, count, 2)
        if samples[-1] <= 0:
            raise UnsupportedProfile("is damaged")
        return Table(samples), end
    if kind == b"para":
        (function,) = struct.unpack_from(">H", data, start + 8)
        names = PARAMETERS[function]
        numbers = fixed_numbers(data, start + 12, len(names))
        return _parametric(dict(zip(names, numbers.tolist(), strict=True)), function), start + 12 + 4 * len(names)
    raise UnsupportedProfile("has a curve of an unknown kind")


def _parametric(values: dict[str, float], function: int) -> Parametric:
    """Kinds 0 to 2 as the fourth, of which they are special cases."""
    if function in {1, 2}:
        if values["a"] == 0:
            raise UnsupportedProfile("is damaged")
        offset = values.get("c", 0.0)
        return Parametric(g=values["g"], a=values["a"], b=values["b"], d=-values["b"] / values["a"], e=offset, f=offset)
    return Parametric(**values)
