"""Decompression of the segments of a TIFF by libtiff, which comes with Pillow."""

from __future__ import annotations

import io
import struct

import numpy as np
from PIL import Image

COMPRESSIONS = {
    1: "none",
    5: "LZW",
    8: "Deflate",
    32773: "PackBits",
    32946: "Deflate",
    34925: "LZMA",
    50000: "Zstandard",
}
"""Compressions without loss, by their number in the tag Compression."""
SHORT, LONG = 3, 4
HEADER = 8
WIDTH, LENGTH, BITS, COMPRESSION, PHOTOMETRIC, OFFSETS, SAMPLES, ROWS, COUNTS = (
    256,
    257,
    258,
    259,
    262,
    273,
    277,
    278,
    279,
)


def decompress(segment: bytes, compression: int, size: int) -> bytes:
    """Return the first `size` bytes of a compressed strip or tile.

    libtiff gets it as a grey image of 8 bits, one row of `size` pixels: so it decodes bytes, whatever they stand for.

    Raises:
        Exception: Pillow raises several kinds for damaged or truncated segments.
    """
    if compression == 1:
        if len(segment) < size:
            raise ValueError(f"{len(segment)} of {size} bytes of pixels")
        return segment[:size]
    tags = [
        *((WIDTH, LONG, size), (LENGTH, LONG, 1), (BITS, SHORT, 8), (COMPRESSION, SHORT, compression)),
        *((PHOTOMETRIC, SHORT, 1), (OFFSETS, LONG, HEADER), (SAMPLES, SHORT, 1), (ROWS, LONG, 1)),
        (COUNTS, LONG, len(segment)),
    ]
    padding = b"\0" * (len(segment) % 2)
    directory = struct.pack("<H", len(tags))
    directory += b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in tags) + bytes(4)
    start = struct.pack("<4sI", b"II*\0", HEADER + len(segment) + len(padding))
    with Image.open(io.BytesIO(start + segment + padding + directory), formats=("TIFF",)) as image:
        return np.asarray(image).tobytes()
