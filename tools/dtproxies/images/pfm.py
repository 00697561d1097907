"""Read and write PFM, the float images darktable reads and dumps: bottom row first."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dtbase.system import files
from dtbase.system.errors import Failure


def read_pfm(path: Path) -> NDArray[np.float32]:
    """The image in `path`, H x W x 3, or H x W x 1 where it has one channel; top row first.

    Raises:
        Failure: this is no PFM, or it ends too early.
    """
    data = path.read_bytes()
    try:
        kind, size, scale, pixels = data.split(b"\n", 3)
        channels = {b"PF": 3, b"Pf": 1}[kind.strip()]
        width, height = map(int, size.split())
        order = "<" if float(scale) < 0 else ">"
    except (ValueError, KeyError) as exc:
        raise Failure("this is not a PFM file", where=str(path)) from exc
    wanted = height * width * channels
    if len(pixels) < 4 * wanted:
        raise Failure(f"only {len(pixels)} of {4 * wanted} bytes of pixels are here", where=str(path))
    image = np.frombuffer(pixels, f"{order}f4", wanted).reshape(height, width, channels)
    return np.ascontiguousarray(image[::-1], np.float32)


def write_pfm(path: Path, image: NDArray[np.float32]) -> None:
    """Write an H x W x 3 image to `path`, atomically."""
    height, width, _ = image.shape
    head = f"PF\n{width} {height}\n-1.0\n".encode()
    files.write_bytes(path, head + np.ascontiguousarray(image[::-1], "<f4").tobytes())
