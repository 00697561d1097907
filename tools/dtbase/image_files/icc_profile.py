"""ICC profiles (ISO 15076-1), computed in floating point: no bit of a 16-bit or float image is lost, nothing clipped.

Pillow's ImageCms converts 8 bits only; tests compare this with it. Matrix and grey profiles are computed as they are
defined, also outside 0 to 1. Tables are interpolated linearly. The relative colorimetric table is used if there is
one, else the perceptual one. All is relative to D50; there is no black point compensation.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dtbase.image_files.colour_encoding import XYZ_D50_TO_REC709, RgbColour
from dtbase.image_files.encoded_image import Colour, Curve, Light
from dtbase.image_files.icc_curves import PerChannel, read_curve
from dtbase.image_files.icc_elements import UnsupportedProfile, fixed_numbers
from dtbase.image_files.icc_tables import TableColour, read_table
from dtbase.imaging.colour import lab_to_linear_rec709

CHANNELS = {b"GRAY": 1, b"RGB ": 3, b"CMYK": 4}
IMAGE_CLASSES = {b"scnr", b"mntr", b"prtr", b"spac"}
TABLES = (b"A2B1", b"A2B0", b"A2B2")
"""Tables from device to connection space, best first."""
PRIMARIES, CURVES = (b"rXYZ", b"gXYZ", b"bXYZ"), (b"rTRC", b"gTRC", b"bTRC")
HEADER, MAX_TAGS = 128, 1000
SINGULAR = 1e-6
"""Determinant below which primaries span no colour space."""


@dataclass(frozen=True, eq=False)
class GreyColour:
    """Grey of a profile with one curve: to luminance, or to the lightness of Lab; see `Colour`."""

    curve: Curve
    lightness: bool

    def to_light(self, encoded: NDArray[np.float64]) -> Light:
        """See `Colour`."""
        grey = self.curve(encoded)
        if not self.lightness:
            return np.repeat(grey, 3, axis=-1)
        lab = np.concatenate([grey * 100, np.zeros_like(grey), np.zeros_like(grey)], axis=-1)
        return np.asarray(lab_to_linear_rec709(lab), np.float64)


def read_profile(data: bytes, *, channels: int) -> Colour:
    """Return the colour encoding that a profile defines, for images of 1, 3 or 4 (CMYK) channels.

    Grey is taken by a profile of RGB as equal parts of its channels.

    Raises:
        UnsupportedProfile: the profile is damaged, or of another kind than can be computed here.
    """
    try:
        return _colour(data, channels)
    except (struct.error, IndexError, KeyError, ValueError, OverflowError, MemoryError) as exc:
        raise UnsupportedProfile("is damaged") from exc


def _colour(data: bytes, channels: int) -> Colour:
    if len(data) < HEADER + 4 or data[36:40] != b"acsp":
        raise UnsupportedProfile("is damaged")
    kind, space, connection = data[12:16], data[16:20], data[20:24]
    if kind not in IMAGE_CLASSES or connection not in {b"XYZ ", b"Lab "}:
        raise UnsupportedProfile("is of a kind that no image can have")
    if CHANNELS.get(space) != channels and (channels, space) != (1, b"RGB "):
        of_image = {1: "grey", 3: "RGB", 4: "CMYK"}[channels]
        of_profile = "grey" if space == b"GRAY" else space.decode("latin-1").strip()
        raise UnsupportedProfile(f"is for {of_profile}, but the image is {of_image}")
    tags = _tags(data)
    if tables := [tags[name] for name in TABLES if name in tags]:
        table = read_table(tables[0], connection=connection)
        if table.channels != CHANNELS[space]:
            raise UnsupportedProfile("is damaged")
        return table if table.channels == channels else _GreyAsRgb(table)
    if space == b"GRAY" and b"kTRC" in tags:
        return GreyColour(read_curve(tags[b"kTRC"])[0], lightness=connection == b"Lab ")
    if space == b"RGB " and connection == b"XYZ " and set(PRIMARIES + CURVES) <= set(tags):
        return _matrix_colour(tags)
    raise UnsupportedProfile("has neither primaries nor a table from its colours")


def _matrix_colour(tags: Mapping[bytes, bytes]) -> RgbColour:
    """Primaries, adapted to D50 by the profile, and a curve for each channel."""
    columns = [fixed_numbers(tags[name], 8, 3) for name in PRIMARIES]
    curves = [read_curve(tags[name])[0] for name in CURVES]
    matrix = np.asarray(XYZ_D50_TO_REC709 @ np.stack(columns, axis=1), np.float64)
    if abs(np.linalg.det(matrix)) < SINGULAR:
        raise UnsupportedProfile("is damaged")
    return RgbColour(PerChannel(tuple(curves)), matrix)


@dataclass(frozen=True, eq=False)
class _GreyAsRgb:
    """Grey given to the table of an RGB profile."""

    table: TableColour

    def to_light(self, encoded: NDArray[np.float64]) -> Light:
        """See `Colour`."""
        return self.table.to_light(np.repeat(encoded, self.table.channels, axis=-1))


def _tags(data: bytes) -> dict[bytes, bytes]:
    """Bytes of each tag by its signature."""
    (count,) = struct.unpack_from(">I", data, HEADER)
    if count > MAX_TAGS:
        raise UnsupportedProfile("is damaged")
    tags = {}
    for at in range(count):
        name, start, size = struct.unpack_from(">4sII", data, HEADER + 4 + 12 * at)
        tags[name] = data[start : start + size]
    return tags
