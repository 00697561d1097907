"""Tables of ICC profiles: curves, a grid of one to four dimensions, curves; `mft1`, `mft2` and `mAB `."""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dtbase.image_files.colour_encoding import XYZ_D50_TO_REC709
from dtbase.image_files.encoded_image import Light
from dtbase.image_files.icc_curves import PerChannel, Table, read_curve
from dtbase.image_files.icc_elements import UnsupportedProfile, fixed_numbers, stored_integers
from dtbase.imaging.colour import lab_to_linear_rec709

Values = NDArray[np.float64]
XYZ_SCALE = 1 + 32767 / 32768
"""XYZ that is stored as 1."""
LAB8, LAB16 = 1.0, 65535 / 65280
"""Factors of Lab: in 8-bit tables and `mAB ` 1 is the end of its range; 16-bit tables keep the older 0xFF00."""
MAX_GRID = 1 << 24
TOLERANCE = 1e-6


@dataclass(frozen=True, eq=False)
class Grid:
    """Values on a regular grid of 0 to 1 in each input channel, interpolated linearly."""

    nodes: Values
    """[points of channel 0, of channel 1, …, outputs]."""

    def __call__(self, values: Values) -> Values:
        """Convert [..., channels] of 0 to 1."""
        from scipy.ndimage import map_coordinates

        sides = np.array(self.nodes.shape[:-1], np.float64)
        at = np.moveaxis(values * (sides - 1), -1, 0)
        planes = (self.nodes[..., one] for one in range(self.nodes.shape[-1]))
        return np.stack([map_coordinates(plane, at, order=1, mode="nearest") for plane in planes], axis=-1)


@dataclass(frozen=True, eq=False)
class Matrix:
    """3 x 3 and an offset, for column vectors."""

    factors: Values
    offset: Values

    def __call__(self, values: Values) -> Values:
        """Convert [..., channels] of 0 to 1."""
        return np.asarray(values @ self.factors.T + self.offset)


@dataclass(frozen=True, eq=False)
class TableColour:
    """Elements in the order of their use, from device values to the connection space; see `Colour`."""

    elements: tuple[Grid | PerChannel | Matrix, ...]
    channels: int
    lab_scale: float | None
    """Factor of stored Lab values; None if the connection space is XYZ."""

    def to_light(self, encoded: NDArray[np.float64]) -> Light:
        """Convert values of 0 to 1; see `Colour`.

        Raises:
            UnsupportedProfile: values lie outside, where a table has none.
        """
        if encoded.size and (encoded.min() < -TOLERANCE or encoded.max() > 1 + TOLERANCE):
            raise UnsupportedProfile("is a table that ends at 0 and 1, but the image has values outside")
        values = np.clip(encoded, 0, 1)
        for element in self.elements:
            values = np.clip(element(values), 0, 1)
        if self.lab_scale is None:
            return np.asarray(values * XYZ_SCALE @ XYZ_D50_TO_REC709.T)
        lab = values * self.lab_scale * np.array([100, 255, 255]) - np.array([0, 128, 128])
        return np.asarray(lab_to_linear_rec709(lab), np.float64)


def read_table(data: bytes, *, connection: bytes) -> TableColour:
    """Read a tag that converts device values to the connection space.

    Raises:
        UnsupportedProfile: it is of an unknown kind or damaged.
        struct.error, ValueError, IndexError: it is truncated.
    """
    kind, inputs, outputs = data[:4], data[8], data[9]
    if outputs != 3 or not 1 <= inputs <= 4:
        raise UnsupportedProfile("has a table of other channels than an image")
    lab = connection == b"Lab "
    if kind in {b"mft1", b"mft2"}:
        width = 1 if kind == b"mft1" else 2
        scale = LAB8 if kind == b"mft1" else LAB16
        return TableColour(_whole_table(data, inputs, width), inputs, scale if lab else None)
    if kind == b"mAB ":
        return TableColour(_listed_elements(data, inputs), inputs, LAB8 if lab else None)
    raise UnsupportedProfile("has a table of an unknown kind")


def _whole_table(data: bytes, inputs: int, width: int) -> tuple[Grid | PerChannel, ...]:
    """Elements of `mft1` and `mft2`: tables for each input, the grid, tables for each output."""
    before, after = struct.unpack_from(">HH", data, 48) if width == 2 else (256, 256)
    grid = (data[10],) * inputs
    sizes = [inputs * before, _grid_size(grid), 3 * after]
    start = 52 if width == 2 else 48
    starts = [start, start + sizes[0] * width, start + (sizes[0] + sizes[1]) * width]
    first, nodes, last = (stored_integers(data, at, size, width) for at, size in zip(starts, sizes, strict=True))
    return (_tables(first, inputs), Grid(nodes.reshape(*grid, 3)), _tables(last, 3))


def _tables(samples: Values, channels: int) -> PerChannel:
    return PerChannel(tuple(Table(one) for one in samples.reshape(channels, -1)))


def _listed_elements(data: bytes, inputs: int) -> tuple[Grid | PerChannel | Matrix, ...]:
    """Elements of `mAB `: A curves, grid, M curves, matrix, B curves, each at its offset; most may be absent."""
    b_curves, matrix, m_curves, grid, a_curves = struct.unpack_from(">5I", data, 12)
    elements: list[Grid | PerChannel | Matrix] = []
    if a_curves and grid:
        elements.append(_curves(data, a_curves, inputs))
    if grid:
        sides, width = tuple(data[grid : grid + inputs]), data[grid + 16]
        nodes = stored_integers(data, grid + 20, _grid_size(sides), width)
        elements.append(Grid(nodes.reshape(*sides, 3)))
    elif inputs != 3:
        raise UnsupportedProfile("is damaged")
    if m_curves:
        elements.append(_curves(data, m_curves, 3))
    if matrix:
        numbers = fixed_numbers(data, matrix, 12)
        elements.append(Matrix(numbers[:9].reshape(3, 3), numbers[9:]))
    if b_curves:
        elements.append(_curves(data, b_curves, 3))
    return tuple(elements)


def _curves(data: bytes, start: int, count: int) -> PerChannel:
    curves = []
    for _ in range(count):
        curve, end = read_curve(data, start)
        curves.append(curve)
        start = (end + 3) // 4 * 4
    return PerChannel(tuple(curves))


def _grid_size(sides: tuple[int, ...]) -> int:
    size = int(np.prod(sides)) * 3
    if min(sides) < 2 or size > MAX_GRID:
        raise UnsupportedProfile("has a table of an impossible size")
    return size
