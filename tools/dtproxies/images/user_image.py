"""Pictures that a person gives to a command."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from dtbase.system.errors import Failure
from dtproxies.images.image import LinearImage, Pixels
from dtproxies.images.image_io import read_image


def read_user_image(path: Path, *, longest: int | None = None) -> LinearImage:
    """The image in `path`, made smaller until its longer side has `longest` pixels.

    Raises:
        Failure: it cannot be read, or has values that are no numbers.
    """
    pixels = read_image(path)
    if not np.isfinite(pixels).all():
        share = 1 - np.isfinite(pixels).mean()
        raise Failure(f"{share:.2%} of its values are not finite", where=str(path), fix="export it again")
    return LinearImage(path.stem, downscale(pixels, longest) if longest else pixels)


def downscale(pixels: Pixels, longest: int) -> Pixels:
    """Linear light with the longer side at most that long; each pixel is the mean of those it stands for."""
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
