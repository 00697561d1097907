"""Load an image named on the command line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from dtbase.image_files.image_file import read_image_file
from dtbase.system.errors import WrongUsage
from dtproxies.images.image import LinearImage, Pixels

SMALLEST_EXPORT = 16
"""Sides of the smallest image that darktable-cli exports unchanged, in pixels; it pads smaller ones."""


@dataclass(frozen=True, eq=False)
class UserImage(LinearImage):
    """Image of a user, in linear Rec709."""

    floating: bool = False
    """True if its file holds floating-point values, which may lie outside 0 to 1."""


def read_user_image(path: Path, note: Callable[[str], None], *, longest: int | None = None) -> UserImage:
    """Read the image in `path`, downscaled until its longer side has at most `longest` pixels.

    Args:
        path: a file of any format that `read_image_file` reads.
        note: prints what the file holds beyond the image.
        longest: in pixels; None for the full size.

    Raises:
        WrongUsage: the file cannot be read.
    """
    image = read_image_file(path)
    for one in image.notes:
        note(f"{path}: {one}")
    pixels = downscale(image.light, longest) if longest else image.light
    return UserImage(path.stem, pixels, image.floating)


def check_exportable(path: Path, image: LinearImage) -> None:
    """Check that darktable-cli exports an image of this size.

    Raises:
        WrongUsage: a side is shorter than `SMALLEST_EXPORT`.
    """
    height, width = image.pixels.shape[:2]
    if min(height, width) < SMALLEST_EXPORT:
        what = f"{width} x {height} pixels; darktable exports no image below {SMALLEST_EXPORT} x {SMALLEST_EXPORT}"
        raise WrongUsage(what, where=str(path), fix="use a larger image")


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
