"""Load an image named on the command line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from dtbase.system.errors import Failure
from dtproxies.images.image import LinearImage, Pixels
from dtproxies.images.image_io import read_image


def read_user_image(path: Path, *, longest: int | None = None) -> LinearImage:
    """Read the image in `path`, downscaled until its longer side has at most `longest` pixels.

    Raises:
        Failure: the file cannot be read, or has values that are not finite.
    """
    pixels = read_image(path)
    if not np.isfinite(pixels).all():
        fraction = 1 - np.isfinite(pixels).mean()
        raise Failure(f"{fraction:.2%} of its values are not finite", where=str(path), fix="export it again")
    return LinearImage(path.stem, downscale(pixels, longest) if longest else pixels)


def downscale(pixels: Pixels, longest: int) -> Pixels:
    """Downscale linear light to at most `longest` pixels on the longer side, with a box filter."""
    height, width, _ = pixels.shape
    factor = longest / max(height, width)
    if factor >= 1:
        return pixels
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    channels = [
        Image.fromarray(np.ascontiguousarray(plane)).resize(size, Image.Resampling.BOX) for plane in _planes(pixels)
    ]
    return np.stack([np.asarray(channel, np.float32) for channel in channels], axis=-1)


def _planes(pixels: Pixels) -> Pixels:
    return np.moveaxis(pixels.astype(np.float32), -1, 0)
