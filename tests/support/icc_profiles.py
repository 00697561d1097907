"""ICC profiles built from numbers: primaries and curves, grey, and tables."""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from dtbase.imaging.colour import WHITE_D50, adapt_to_d50, primaries_to_xyz

D65 = (0.3127, 0.3290)
SRGB = ((0.64, 0.33), (0.30, 0.60), (0.15, 0.06))
ADOBE = ((0.64, 0.33), (0.21, 0.71), (0.15, 0.06))
REC2020 = ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046))
PROPHOTO = ((0.734699, 0.265301), (0.159597, 0.840403), (0.036598, 0.000105))
LINEAR = struct.pack(">4sII", b"curv", 0, 0)
XYZ_ONE = 1 + 32767 / 32768


def fixed(values: Sequence[float]) -> bytes:
    return struct.pack(f">{len(values)}i", *(round(65536 * value) for value in values))


def gamma(exponent: float) -> bytes:
    return struct.pack(">4sIIH2x", b"curv", 0, 1, round(256 * exponent))


def table(samples: NDArray[np.float64]) -> bytes:
    stored = np.rint(65535 * samples).astype(">u2").tobytes()
    return struct.pack(">4sII", b"curv", 0, len(samples)) + stored


def parametric(kind: int, *values: float) -> bytes:
    return struct.pack(">4sIHH", b"para", 0, kind, 0) + fixed(values)


SRGB_CURVE = parametric(3, 2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)


def profile(
    tags: Mapping[bytes, bytes], *, space: bytes = b"RGB ", pcs: bytes = b"XYZ ", kind: bytes = b"mntr"
) -> bytes:
    """Lay out the tags after a header of version 2.4, or 4.3 where a tag needs it."""
    version = 0x04300000 if any(data[:4] in {b"mAB ", b"para"} for data in tags.values()) else 0x02400000
    common = {b"desc": _description(version), b"cprt": _text(version), b"wtpt": xyz(WHITE_D50)}
    body, directory, at = b"", b"", 128 + 4 + 12 * len({**common, **tags})
    for name, data in {**common, **tags}.items():
        directory += struct.pack(">4sII", name, at + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    size = at + len(body)
    head = struct.pack(">I4xI4s4s4s12x4s", size, version, kind, space, pcs, b"acsp")
    head = head.ljust(64, b"\0") + struct.pack(">I", 0) + fixed(WHITE_D50.tolist())
    return head.ljust(128, b"\0") + struct.pack(">I", len(common) + len(tags)) + directory + body


def matrix_profile(primaries: Sequence[Sequence[float]], curve: bytes, white: Sequence[float] = D65) -> bytes:
    whole = np.array([white[0] / white[1], 1, (1 - sum(white)) / white[1]])
    columns = adapt_to_d50(primaries_to_xyz(np.array(primaries), whole), whole).T
    names = [(b"rXYZ", b"rTRC"), (b"gXYZ", b"gTRC"), (b"bXYZ", b"bTRC")]
    tags = {
        name: data
        for pair, column in zip(names, columns, strict=True)
        for name, data in zip(pair, (xyz(column), curve), strict=True)
    }
    return profile(tags)


def grey_profile(curve: bytes, pcs: bytes = b"XYZ ") -> bytes:
    return profile({b"kTRC": curve}, space=b"GRAY", pcs=pcs)


def xyz(values: NDArray[np.float64]) -> bytes:
    return b"XYZ " + bytes(4) + fixed(values.tolist())


def grid_of(
    function: Callable[[NDArray[np.float64]], NDArray[np.float64]], inputs: int, side: int
) -> NDArray[np.float64]:
    """Sample a function of device values on a grid, the first channel slowest."""
    axes = np.meshgrid(*[np.linspace(0, 1, side)] * inputs, indexing="ij")
    return np.clip(function(np.stack(axes, axis=-1).reshape(-1, inputs)), 0, 1)


def whole_table(nodes: NDArray[np.float64], inputs: int, side: int, *, width: int) -> bytes:
    """`mft1` or `mft2` with straight input and output tables."""
    head = struct.pack(">4sIBBBx", b"mft1" if width == 1 else b"mft2", 0, inputs, 3, side) + fixed(
        np.eye(3).ravel().tolist()
    )
    count = 256 if width == 1 else 2
    straight = np.linspace(0, 1, count)
    numbers = np.concatenate([np.tile(straight, inputs), nodes.ravel(), np.tile(straight, 3)])
    stored = np.rint(numbers * (256**width - 1)).astype(f">u{width}").tobytes()
    return head + (struct.pack(">HH", count, count) if width == 2 else b"") + stored


def listed_elements(
    nodes: NDArray[np.float64], inputs: int, side: int, a_curve: bytes, matrix: Sequence[float]
) -> bytes:
    """`mAB ` with A curves, grid of 16 bits, straight M curves, matrix and straight B curves."""
    b_curves = LINEAR * 3
    at = 32
    offsets = {"b": at, "matrix": at + len(b_curves)}
    offsets["m"] = offsets["matrix"] + 48
    offsets["grid"] = offsets["m"] + len(b_curves)
    grid = (
        bytes([side] * inputs).ljust(16, b"\0") + bytes([2, 0, 0, 0]) + np.rint(nodes * 65535).astype(">u2").tobytes()
    )
    grid += bytes(-len(grid) % 4)
    offsets["a"] = offsets["grid"] + len(grid)
    head = struct.pack(
        ">4sIBB2x5I", b"mAB ", 0, inputs, 3, *(offsets[name] for name in ("b", "matrix", "m", "grid", "a"))
    )
    return head + b_curves + fixed(matrix) + b_curves + grid + (a_curve + bytes(-len(a_curve) % 4)) * inputs


def _text(version: int) -> bytes:
    if version >= 0x04000000:
        text = "none".encode("utf-16-be")
        return struct.pack(">4sIII2s2sII", b"mluc", 0, 1, 12, b"en", b"US", len(text), 28) + text
    return b"text" + bytes(4) + b"none\0"


def _description(version: int) -> bytes:
    if version >= 0x04000000:
        return _text(version)
    return struct.pack(">4sII", b"desc", 0, 5) + b"none\0" + bytes(79)
