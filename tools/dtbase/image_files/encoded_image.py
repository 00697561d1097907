"""Pixels of a file as they are stored, before their colours are converted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from dtbase.system.errors import WrongUsage

MAX_PIXELS = 160_000_000
"""More than the largest camera has (151 million); a larger image takes over 10 GB of memory in a demo or pipeline."""
Stored = NDArray[Any]
"""[height, width, channels] of integers or floats, as in the file."""
Light = NDArray[np.float64]
"""[..., 3], linear Rec709, diffuse white at 1, not clipped."""
Curve = Callable[[NDArray[np.float64]], NDArray[np.float64]]
"""Decodes encoded values, 0 to 1 for integers, to linear ones."""


class Colour(Protocol):
    """The colour encoding of a file: from its profile, its tags, or the default of its format."""

    def to_light(self, encoded: NDArray[np.float64]) -> Light:
        """Convert [..., channels] to linear Rec709."""


@dataclass(frozen=True, eq=False, kw_only=True)
class EncodedImage:
    """Image as stored in a file, with what is needed to convert it to light."""

    values: Stored
    """[height, width, 1, 3 or 4 (CMYK)], without alpha."""
    colour: Colour
    orientation: int = 1
    """Value of the EXIF tag: 1 is upright."""
    notes: tuple[str, ...] = field(default=())
    """What the file holds beyond the pixels read, as parts of a sentence."""

    @property
    def floating(self) -> bool:
        """True if the values are floating-point, and so not limited to 0 to 1."""
        return bool(np.issubdtype(self.values.dtype, np.floating))

    @property
    def white(self) -> float:
        """Stored value that stands for 1."""
        return 1.0 if self.floating else float(np.iinfo(self.values.dtype).max)


def check_size(path: Path, width: int, height: int) -> None:
    """Check the size that a file states, before memory is taken for its pixels.

    Raises:
        WrongUsage: there are no pixels, or more than `MAX_PIXELS`.
    """
    if width < 1 or height < 1:
        raise WrongUsage(f"{width} x {height} pixels: the image is empty", where=str(path), fix="export it again")
    if width * height > MAX_PIXELS:
        what = f"{width} x {height} pixels; at most {MAX_PIXELS // 1_000_000} million can be read"
        raise WrongUsage(what, where=str(path), fix="export the image at a smaller size")


def without_alpha(values: Stored, channels: int, *, alpha: bool) -> tuple[Stored, tuple[str, ...]]:
    """Return the colour channels, and a note if others are left out: like darktable, all readers ignore transparency.

    Args:
        values: [height, width, `channels` and more].
        channels: number of colour channels.
        alpha: True if the next channel is alpha.
    """
    extra = values[..., channels:]
    if not extra.shape[2]:
        return values, ()
    opaque = 1.0 if np.issubdtype(values.dtype, np.floating) else np.iinfo(values.dtype).max
    if alpha and extra.shape[2] == 1:
        notes = () if bool((extra == opaque).all()) else ("its transparency is ignored",)
    else:
        notes = ("its channels beside the colours are ignored",)
    return values[..., :channels], notes


def upright(values: Stored, orientation: int) -> Stored:
    """Turn and mirror an image as its EXIF orientation says, 1 to 8; other numbers count as 1."""
    turned = np.swapaxes(values, 0, 1) if orientation in {5, 6, 7, 8} else values
    if orientation in {2, 3, 6, 7}:
        turned = turned[:, ::-1]
    if orientation in {3, 4, 7, 8}:
        turned = turned[::-1]
    return turned
