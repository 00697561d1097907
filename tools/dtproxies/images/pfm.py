"""Read and write PFM, the float image format that darktable reads and dumps; rows are stored bottom first."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dtbase.system import files
from dtbase.system.errors import Failure


def read_pfm(path: Path) -> NDArray[np.float32]:
    """Read the image in `path` as [H, W, 3], or [H, W, 1] for one channel; top row first.

    Raises:
        Failure: the file is not a PFM, or is truncated.
    """
    data = path.read_bytes()
    try:
        kind, size, scale, pixels = data.split(b"\n", 3)
        channels = {b"PF": 3, b"Pf": 1}[kind.strip()]
        width, height = map(int, size.split())
        order = "<" if float(scale) < 0 else ">"
    except (ValueError, KeyError) as exc:
        raise Failure("this is not a PFM file", where=str(path)) from exc
    count = height * width * channels
    if len(pixels) < 4 * count:
        raise Failure(f"the file is truncated: {len(pixels)} of {4 * count} bytes of pixels", where=str(path))
    image = np.frombuffer(pixels, f"{order}f4", count).reshape(height, width, channels)
    return np.ascontiguousarray(image[::-1], np.float32)


def write_pfm(path: Path, image: NDArray[np.float32]) -> None:
    """Write an image [H, W, 3] to `path`, atomically."""
    height, width, _ = image.shape
    head = f"PF\n{width} {height}\n-1.0\n".encode()
    files.write_bytes(path, head + np.ascontiguousarray(image[::-1], "<f4").tobytes())
