"""Image files, read and written: linear Rec709 arrays from and to `.pfm`, `.png` and what Pillow reads."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dtbase.system import files
from dtbase.system.errors import Failure
from dtproxies.images import pfm


def read_image(path: Path) -> NDArray[np.float32]:
    """The image in `path` as linear Rec709, H x W x 3.

    A `.pfm` is taken as linear already. Anything else is taken as sRGB, as Pillow reads it: deep colour loses 8 bits.

    Raises:
        Failure: this is no image.
    """
    if path.suffix.lower() == ".pfm":
        image = pfm.read_pfm(path)
        return np.repeat(image, 3, axis=2) if image.shape[2] == 1 else image
    from PIL import Image, ImageOps

    try:
        with Image.open(path) as opened:
            upright = ImageOps.exif_transpose(opened)
            deep = upright.mode.startswith("I")
            pixels = np.asarray(upright if deep else upright.convert("RGB"), np.float32)
    except (OSError, SyntaxError, Image.DecompressionBombError) as exc:
        missing = isinstance(exc, FileNotFoundError)
        raise Failure("there is no such file" if missing else "this is not a picture", where=str(path)) from exc
    from dtbase.imaging.colour import srgb_to_linear

    encoded = np.repeat(pixels[..., None] / 65535, 3, axis=2) if deep else pixels / 255
    return np.asarray(srgb_to_linear(encoded), np.float32)


def write_image(path: Path, image: NDArray[np.float32]) -> None:
    """Write linear Rec709, H x W x 3, as `.pfm` unchanged or as `.png`, sRGB with 8 bits, clipped to [0, 1]."""
    if path.suffix.lower() == ".pfm":
        pfm.write_pfm(path, image)
        return
    from PIL import Image

    from dtbase.imaging.colour import linear_to_srgb

    encoded = np.asarray(linear_to_srgb(np.clip(image, 0, 1)))
    with files.replacing(path) as part:
        Image.fromarray(np.round(encoded * 255).astype(np.uint8)).save(part, format="PNG")
