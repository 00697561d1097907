"""PFM, the float format that darktable reads and dumps, and its integer relatives: binary PGM and PPM."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dtbase.image_files.colour_encoding import default_colour
from dtbase.image_files.encoded_image import EncodedImage, Stored, check_size
from dtbase.image_files.formats import damaged
from dtbase.system import files

GAP = rb"(?:\s|#[^\n]*\n)+"
HEADER = re.compile(
    rb"(P[56Ff])" + GAP + rb"(\d{1,9})" + GAP + rb"(\d{1,9})" + GAP + rb"([+-]?[0-9.]+(?:[eE][+-]?\d+)?)(?:\r\n|\s)"
)
"""Kind, width, height, and the maximum of integers or the scale of floats, whose sign is the byte order."""
HEADER_BYTES = 4096
CHANNELS = {b"P5": 1, b"P6": 3, b"Pf": 1, b"PF": 3}


def read(path: Path) -> EncodedImage:
    """Read a PFM, PGM or PPM.

    Raises:
        WrongUsage: the file is damaged, truncated or too large.
    """
    with path.open("rb") as file:
        head = HEADER.match(file.read(HEADER_BYTES))
        if not head:
            raise damaged(path, "this is not a PFM file" if _is_pfm(path) else "the header of the file is damaged")
        kind, width, height = head[1], int(head[2]), int(head[3])
        check_size(path, width, height)
        try:
            scale = float(head[4])
        except ValueError as exc:
            raise damaged(path, "this is not a PFM file") from exc
        floating = kind in {b"PF", b"Pf"}
        if not floating and not (scale.is_integer() and 1 <= scale <= 65535):
            raise damaged(path, f"the maximum of the values is {scale:g}, not an integer of 1 to 65535")
        byte_order = "<" if floating and scale < 0 else ">"
        stored = np.dtype(f"{byte_order}f4" if floating else "u1" if scale < 256 else ">u2")
        shape = (height, width, CHANNELS[kind])
        size = stored.itemsize * int(np.prod(shape))
        file.seek(head.end())
        data = file.read(size)
    if len(data) < size:
        raise damaged(path, f"the file is truncated: {len(data)} of {size} bytes of pixels")
    values = np.frombuffer(data, stored).reshape(shape)
    if not floating:
        return EncodedImage(values=_full_range(values, int(scale)), colour=default_colour(floating=False))
    notes = () if abs(scale) == 1 else (f"its scale of {abs(scale):g} is ignored, as in darktable",)
    # The bottom row is stored first.
    pixels = np.array(values[::-1], np.float32, order="C")
    return EncodedImage(values=pixels, colour=default_colour(floating=True), notes=notes)


def read_pfm(path: Path) -> NDArray[np.float32]:
    """Read the PFM in `path` as it is stored, [H, W, 3], or [H, W, 1] for one channel; top row first.

    Raises:
        WrongUsage: the file is not a PFM, or is truncated.
    """
    if not _is_pfm(path):
        raise damaged(path, "this is not a PFM file")
    return np.asarray(read(path).values, np.float32)


def write_pfm(path: Path, image: NDArray[np.float32]) -> None:
    """Write an image [H, W, 3] to `path`, atomically."""
    height, width, _ = image.shape
    head = f"PF\n{width} {height}\n-1.0\n".encode()
    files.write_bytes(path, head + np.ascontiguousarray(image[::-1], "<f4").tobytes())


def _is_pfm(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(2) in {b"PF", b"Pf"}


def _full_range(values: Stored, maximum: int) -> Stored:
    """Stretch integers of 0 to `maximum` to all 8 or 16 bits, where they do not fill them."""
    if maximum in {255, 65535}:
        return values
    whole = np.uint8 if maximum < 256 else np.uint16
    exact = np.minimum(values.astype(np.float64) / maximum, 1)
    return np.rint(exact * 65535).astype(np.uint16) if maximum > 1 else (exact * np.iinfo(whole).max).astype(whole)
