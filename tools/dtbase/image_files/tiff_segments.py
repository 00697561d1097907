"""Strips and tiles of a TIFF of more than 8 bits: decompressed, predictors undone, joined."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dtbase.image_files.encoded_image import Stored
from dtbase.image_files.formats import FIX
from dtbase.image_files.libtiff import COMPRESSIONS, decompress
from dtbase.system.errors import WrongUsage

DTYPES = {(1, 16): "u2", (1, 32): "u4", (3, 16): "f2", (3, 32): "f4", (3, 64): "f8"}
"""NumPy's types by the tags SampleFormat and BitsPerSample."""
NO_PREDICTOR, HORIZONTAL, FLOATING = 1, 2, 3


@dataclass(frozen=True, kw_only=True)
class Layout:
    """Geometry of the segments of a page."""

    rows: int
    columns: int
    samples: int
    """Samples of a pixel in one segment: 1 if each channel has segments of its own."""
    dtype: np.dtype[Any]
    compression: int
    predictor: int


def decode_segments(path: Path, page: Any) -> Stored:
    """Decode a page of tifffile to [height, width, samples per pixel], in the byte order of this machine.

    Raises:
        WrongUsage: its type or compression is not read.
        Exception: a segment is damaged.
    """
    height, width, samples = page.imagelength, page.imagewidth, page.samplesperpixel
    layout = _layout(path, page)
    planes = samples if layout.samples == 1 else 1
    down, across = -(-height // layout.rows), -(-width // layout.columns)
    segments = list(zip(page.dataoffsets, page.databytecounts, strict=True))
    if len(segments) != planes * down * across:
        raise ValueError(f"{len(segments)} of {planes * down * across} strips or tiles")
    values = np.zeros((height, width, samples), layout.dtype.newbyteorder("="))
    for plane, top, left, data in _segments(page, segments, layout, (planes, down, across)):
        rows = layout.rows if page.is_tiled else min(layout.rows, height - top)
        part = _pixels(data, layout, rows)[: height - top, : width - left]
        channels = slice(None) if planes == 1 else slice(plane, plane + 1)
        values[top : top + layout.rows, left : left + layout.columns, channels] = part
    return values


def _layout(path: Path, page: Any) -> Layout:
    stored, compression, predictor = (
        DTYPES.get((page.sampleformat, page.bitspersample)),
        page.compression,
        page.predictor,
    )
    what = ""
    if stored is None:
        what = f"{page.bitspersample} bits of sample format {page.sampleformat}"
    elif compression not in COMPRESSIONS:
        what = f"{np.dtype(stored).itemsize * 8} bits compressed by method {int(compression)}"
    elif page.fillorder != 1 or predictor not in {NO_PREDICTOR, HORIZONTAL, FLOATING}:
        what = f"an unusual layout (fill order {page.fillorder}, predictor {int(predictor)})"
    if what or stored is None:
        raise WrongUsage(f"this TIFF has {what}, which cannot be read here", where=str(path), fix=FIX)
    columns, rows = (page.tilewidth, page.tilelength) if page.is_tiled else (page.imagewidth, page.rowsperstrip)
    return Layout(
        rows=rows if page.is_tiled else min(rows, page.imagelength),
        columns=columns,
        samples=1 if page.planarconfig == 2 else page.samplesperpixel,
        dtype=np.dtype(stored).newbyteorder(page.parent.byteorder),
        compression=int(compression),
        predictor=int(predictor),
    )


def _segments(
    page: Any, segments: list[tuple[int, int]], layout: Layout, count: tuple[int, int, int]
) -> Iterator[tuple[int, int, int, bytes]]:
    """Plane, first row, first column and compressed bytes of each segment."""
    file = page.parent.filehandle
    for (start, size), (plane, down, across) in zip(segments, np.ndindex(count), strict=True):
        file.seek(start)
        yield plane, down * layout.rows, across * layout.columns, file.read(size)


def _pixels(data: bytes, layout: Layout, rows: int) -> NDArray[Any]:
    """Decode one segment to [rows, columns, samples]."""
    shape = (rows, layout.columns, layout.samples)
    size = layout.dtype.itemsize
    raw = decompress(data, layout.compression, size * int(np.prod(shape)))
    if layout.predictor == FLOATING:
        return _undo_floating(raw, shape, size)
    values = np.frombuffer(raw, layout.dtype).reshape(shape)
    if layout.predictor == HORIZONTAL:
        integers = values.view(layout.dtype.str.replace("f", "u"))
        native = integers.dtype.newbyteorder("=")
        return np.cumsum(integers, axis=1, dtype=native).view(layout.dtype.newbyteorder("="))
    return values


def _undo_floating(raw: bytes, shape: tuple[int, int, int], size: int) -> NDArray[Any]:
    """Undo predictor 3: differences of bytes, and in each row first all upper bytes, then all next ones."""
    rows, columns, samples = shape
    differences = np.frombuffer(raw, np.uint8).reshape(rows, columns * size, samples)
    summed = np.cumsum(differences, axis=1, dtype=np.uint8).reshape(rows, size, columns * samples)
    joined = np.ascontiguousarray(np.moveaxis(summed, 1, -1))
    return joined.view(f">f{size}").reshape(shape)
