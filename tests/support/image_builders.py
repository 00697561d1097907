"""Image files built byte by byte, of kinds that no library here writes."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

PNG_TYPES = {1: 0, 2: 4, 3: 2, 4: 6}
"""Colour type of a PNG by its channels."""


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(
    values: NDArray[np.unsignedinteger], chunks: Sequence[tuple[bytes, bytes]] = (), *, after: bytes = b""
) -> bytes:
    """A PNG of 8 or 16 bits with 1 to 4 channels; each row has another filter.

    Args:
        values: [height, width, channels].
        chunks: name and content, before the pixels.
        after: chunks behind the pixels.
    """
    height, width, channels = values.shape
    depth = 8 * values.dtype.itemsize
    header = struct.pack(">IIBBBBB", width, height, depth, PNG_TYPES[channels], 0, 0, 0)
    extra = b"".join(chunk(name, data) for name, data in chunks)
    pixels = chunk(b"IDAT", zlib.compress(_filtered(values)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra + pixels + after + chunk(b"IEND", b"")


def _filtered(values: NDArray[np.unsignedinteger]) -> bytes:
    """Rows with the filters None, Sub and Up in turn."""
    rows = values.astype(values.dtype.newbyteorder(">")).reshape(len(values), -1).view(np.uint8)
    step = values.shape[2] * values.dtype.itemsize
    data = b""
    for number, row in enumerate(rows):
        kind = number % 3
        left = np.concatenate([np.zeros(step, np.uint8), row[:-step]])
        above = rows[number - 1] if number else np.zeros_like(row)
        data += bytes([kind]) + (row - (0, left, above)[kind]).astype(np.uint8).tobytes()
    return data


def icc_chunk(profile: bytes) -> tuple[bytes, bytes]:
    return b"iCCP", b"profile\0\0" + zlib.compress(profile)


def floating_predictor(values: NDArray[np.floating]) -> bytes:
    """Rows as predictor 3 of TIFF stores them: bytes by significance, then their differences."""
    height, width, channels = values.shape
    size = values.dtype.itemsize
    raw = np.ascontiguousarray(values.astype(values.dtype.newbyteorder(">"))).view(np.uint8).reshape(height, -1, size)
    planes = np.moveaxis(raw, -1, 1).reshape(height, width * size, channels)
    shifted = np.concatenate([np.zeros((height, 1, channels), np.uint8), planes[:, :-1]], axis=1)
    return (planes - shifted).astype(np.uint8).tobytes()


def tiff(
    tags: Sequence[tuple[int, str, Sequence[int | tuple[int, int]] | bytes]],
    segments: Sequence[bytes],
    order: str = "<",
) -> bytes:
    """A TIFF of one page; its tags, without those of the segments' place, and the segments.

    Args:
        tags: number, type (H short, I long, R rational, B bytes) and values.
        segments: strips in order.
        order: byte order, < or >.
    """
    starts, body = [], b""
    for segment in segments:
        starts.append(8 + len(body))
        body += segment + bytes(len(segment) % 2)
    listed = [*tags, (273, "I", starts), (279, "I", [len(one) for one in segments])]
    entries, extra = [], b""
    after = 8 + len(body)
    base = after + 2 + 12 * len(listed) + 4
    for number, kind, values in sorted(listed, key=lambda one: one[0]):
        code, data, count = _packed(kind, values, order)
        if len(data) > 4:
            place = struct.pack(order + "I", base + len(extra))
            extra += data + bytes(len(data) % 2)
        else:
            place = data.ljust(4, b"\0")
        entries.append(struct.pack(order + "HHI", number, code, count) + place)
    head = (b"II" if order == "<" else b"MM") + struct.pack(order + "HI", 42, after)
    return head + body + struct.pack(order + "H", len(entries)) + b"".join(entries) + bytes(4) + extra


def _packed(kind: str, values: Sequence[int | tuple[int, int]] | bytes, order: str) -> tuple[int, bytes, int]:
    if isinstance(values, bytes):
        return 7, values, len(values)
    if kind == "R":
        flat = [part for one in values for part in one]  # type: ignore[union-attr]
        return 5, struct.pack(f"{order}{len(flat)}I", *flat), len(values)
    return {"H": 3, "I": 4}[kind], struct.pack(f"{order}{len(values)}{kind}", *values), len(values)
