"""Colour chunks of a PNG: cICP, iCCP, sRGB, gAMA with cHRM, in this order of precedence (PNG, third edition)."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from pathlib import Path

from dtbase.image_files.colour_encoding import SRGB, Power, RgbColour, chromatic_matrix, linear, srgb
from dtbase.image_files.encoded_image import Curve
from dtbase.image_files.formats import damaged, not_read

COLOUR_CHUNKS = {b"cICP", b"iCCP", b"sRGB", b"gAMA", b"cHRM"}
MAX_CHUNK = 1 << 26
"""Bytes of the largest colour chunk that is read."""
D65 = (0.3127, 0.3290)
PRIMARIES = {
    1: ((0.640, 0.330), (0.300, 0.600), (0.150, 0.060), D65),
    5: ((0.640, 0.330), (0.290, 0.600), (0.150, 0.060), D65),
    6: ((0.630, 0.340), (0.310, 0.595), (0.155, 0.070), D65),
    9: ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046), D65),
    11: ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060), (0.314, 0.351)),
    12: ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060), D65),
}
"""Chromaticities of red, green, blue and white by their number in ITU-T H.273, table 2."""
TRANSFERS: Mapping[int, Curve] = {4: Power(2.2), 5: Power(2.8), 8: linear, 13: srgb}
"""Curves by their number in ITU-T H.273, table 3; those of video and of absolute brightness are not converted."""
SRGB_GAMMA = 45455
"""Value of gAMA next to an sRGB chunk; alone it is taken for the sRGB curve too, which it approximates."""
REC709_CHROMATICITIES = (31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000)


def colour_chunks(path: Path) -> dict[bytes, bytes]:
    """Return the colour chunks before the pixels, by name."""
    chunks: dict[bytes, bytes] = {}
    with path.open("rb") as file:
        file.seek(8)
        while len(head := file.read(8)) == 8:
            size, name = struct.unpack(">I4s", head)
            if name in {b"IDAT", b"IEND"}:
                break
            if name in COLOUR_CHUNKS and size <= MAX_CHUNK:
                chunks.setdefault(name, file.read(size))
                file.seek(4, 1)
            else:
                file.seek(size + 4, 1)
    return chunks


def stated_colour(path: Path, chunks: Mapping[bytes, bytes]) -> RgbColour | None:
    """Return the encoding that the chunks other than iCCP state, None for none.

    Raises:
        WrongUsage: it is one that cannot be converted, or a chunk is damaged.
    """
    try:
        if b"cICP" in chunks:
            return _by_numbers(path, chunks[b"cICP"])
        if b"sRGB" in chunks or b"iCCP" in chunks:
            return SRGB if b"sRGB" in chunks else None
        return _by_gamma(chunks)
    except (ValueError, struct.error, ZeroDivisionError) as exc:
        raise damaged(path, "the colour chunks of the PNG are damaged") from exc


def _by_numbers(path: Path, chunk: bytes) -> RgbColour:
    primaries, transfer, matrix, full_range = struct.unpack(">4B", chunk)
    if primaries not in PRIMARIES or transfer not in TRANSFERS or matrix != 0 or full_range != 1:
        numbers = f"{primaries}, {transfer}, {matrix}, {full_range}"
        raise not_read(path, f"a PNG of a video or HDR encoding (cICP {numbers})")
    return RgbColour(TRANSFERS[transfer], None if primaries == 1 else chromatic_matrix(PRIMARIES[primaries]))


def _by_gamma(chunks: Mapping[bytes, bytes]) -> RgbColour | None:
    curve: Curve = srgb
    if b"gAMA" in chunks:
        (gamma,) = struct.unpack(">I", chunks[b"gAMA"])
        curve = srgb if gamma == SRGB_GAMMA else linear if gamma == 100000 else Power(100000 / gamma)
    if b"cHRM" not in chunks:
        return RgbColour(curve) if b"gAMA" in chunks else None
    stated = struct.unpack(">8I", chunks[b"cHRM"])
    if max(abs(one - known) for one, known in zip(stated, REC709_CHROMATICITIES, strict=True)) <= 10:
        return RgbColour(curve)
    white, *primaries = [(x / 100000, y / 100000) for x, y in zip(stated[::2], stated[1::2], strict=True)]
    return RgbColour(curve, chromatic_matrix((*primaries, white)))
