"""Write DNG files: a Bayer mosaic of sensor values with the metadata that darktable needs to develop it.

Tags and types follow TIFF 6.0 and Adobe's DNG specification 1.4.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dtbase.system.files import write_bytes

RGGB = bytes((0, 1, 1, 2))
"""CFA pattern of 2 x 2 pixels, row by row: 0 red, 1 green, 2 blue."""


@dataclass(frozen=True, kw_only=True)
class Sensor:
    """Metadata of the sensor that recorded a mosaic."""

    name: str = "Computed"
    black: int = 600
    """Black level: the value without light."""
    white: int = 16383
    """White level: the value at saturation."""
    iso: int = 200
    matrix: tuple[float, ...] = (0.7034, -0.0804, -0.1014, -0.4420, 1.2564, 0.2058, -0.0851, 0.1994, 0.5758)
    """Matrix from XYZ under D65 to sensor colours, row by row; taken from a common camera."""
    neutral: tuple[float, float, float] = (0.4717, 1.0, 0.6513)
    """Sensor colours of white under the illuminant of the image."""


def write_dng(path: Path, mosaic: NDArray[np.uint16], sensor: Sensor | None = None) -> None:
    """Write `mosaic` [H, W], a Bayer mosaic whose rows start red, green; atomically."""
    sensor = sensor or Sensor()
    height, width = mosaic.shape
    pixels = np.ascontiguousarray(mosaic, "<u2").tobytes()
    name = sensor.name.encode() + b"\0"
    tags: list[tuple[int, int, int, bytes]] = [
        (254, _LONG, 1, _longs(0)),
        (256, _LONG, 1, _longs(width)),
        (257, _LONG, 1, _longs(height)),
        (258, _SHORT, 1, _shorts(16)),
        (259, _SHORT, 1, _shorts(1)),
        (262, _SHORT, 1, _shorts(32803)),
        (271, _ASCII, len(name), name),
        (272, _ASCII, len(name), name),
        (273, _LONG, 1, _longs(_HEADER)),
        (274, _SHORT, 1, _shorts(1)),
        (277, _SHORT, 1, _shorts(1)),
        (278, _LONG, 1, _longs(height)),
        (279, _LONG, 1, _longs(len(pixels))),
        (284, _SHORT, 1, _shorts(1)),
        (33421, _SHORT, 2, _shorts(2, 2)),
        (33422, _BYTE, 4, RGGB),
        (34855, _SHORT, 1, _shorts(sensor.iso)),
        (50706, _BYTE, 4, bytes((1, 4, 0, 0))),
        (50707, _BYTE, 4, bytes((1, 2, 0, 0))),
        (50708, _ASCII, len(name), name),
        (50714, _SHORT, 1, _shorts(sensor.black)),
        (50717, _SHORT, 1, _shorts(sensor.white)),
        (50721, _SRATIONAL, 9, _fractions(*sensor.matrix)),
        (50728, _RATIONAL, 3, _fractions(*sensor.neutral)),
        (50778, _SHORT, 1, _shorts(_D65)),
    ]
    start = _HEADER + len(pixels) + len(pixels) % 2
    head = struct.pack("<2sHI", b"II", 42, start)
    write_bytes(path, head + pixels.ljust(start - _HEADER, b"\0") + _directory(tags, start))


_HEADER = 8
_BYTE, _ASCII, _SHORT, _LONG, _RATIONAL, _SRATIONAL = 1, 2, 3, 4, 5, 10
_D65 = 21
_ENTRY = 12


def _directory(tags: list[tuple[int, int, int, bytes]], start: int) -> bytes:
    """Encode the TIFF directory, followed by the values that do not fit into its entries."""
    entries, values = b"", b""
    after = start + 2 + _ENTRY * len(tags) + 4
    for tag, kind, count, value in tags:
        short = len(value) <= 4
        entries += struct.pack("<HHI", tag, kind, count) + (
            value.ljust(4, b"\0") if short else _longs(after + len(values))
        )
        values += b"" if short else value + b"\0" * (len(value) % 2)
    return struct.pack("<H", len(tags)) + entries + _longs(0) + values


def _shorts(*values: int) -> bytes:
    return struct.pack(f"<{len(values)}H", *values)


def _longs(*values: int) -> bytes:
    return struct.pack(f"<{len(values)}I", *values)


def _fractions(*values: float) -> bytes:
    return b"".join(struct.pack("<ii", round(value * 10000), 10000) for value in values)
