"""Write digital negatives: a mosaic of sensor values with what darktable has to know to develop it.

Tags and types are those of TIFF 6.0 and of Adobe's DNG specification 1.4.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dtbase.system.files import write_bytes

RGGB = bytes((0, 1, 1, 2))
"""Colours of the mosaic's 2 x 2 squares, row by row: 0 red, 1 green, 2 blue."""


@dataclass(frozen=True, kw_only=True)
class Sensor:
    """What is known of the sensor behind a mosaic."""

    name: str = "Computed"
    black: int = 600
    """Value where no light falls."""
    white: int = 16383
    """Value at which it is full."""
    iso: int = 200
    matrix: tuple[float, ...] = (0.7034, -0.0804, -0.1014, -0.4420, 1.2564, 0.2058, -0.0851, 0.1994, 0.5758)
    """From XYZ under D65 to the sensor's colours, row by row; that of a common camera."""
    neutral: tuple[float, float, float] = (0.4717, 1.0, 0.6513)
    """The sensor's colours of white in the light the image was taken in."""


def write_dng(path: Path, mosaic: NDArray[np.uint16], sensor: Sensor | None = None) -> None:
    """Write `mosaic` [H, W], a Bayer mosaic that starts red, green; atomically."""
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
    """The list of tags, followed by the values that are too long for it."""
    entries, values = b"", b""
    after = start + 2 + _ENTRY * len(tags) + 4
    for tag, kind, count, value in tags:
        short = len(value) <= 4
        entries += struct.pack("<HHI", tag, kind, count) + (
            value.ljust(4, b"\0") if short else _longs(after + len(values))
        )
        values += b"" if short else value + b"\0" * (len(value) % 2)
    return struct.pack("<H", len(tags)) + entries + _longs(0) + values


def _shorts(*numbers: int) -> bytes:
    return struct.pack(f"<{len(numbers)}H", *numbers)


def _longs(*numbers: int) -> bytes:
    return struct.pack(f"<{len(numbers)}I", *numbers)


def _fractions(*numbers: float) -> bytes:
    return b"".join(struct.pack("<ii", round(number * 10000), 10000) for number in numbers)
