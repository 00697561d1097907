"""Read and write image files as linear Rec709 arrays: `.pfm`, `.png` and all formats that Pillow reads."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dtbase.system import files
from dtbase.system.errors import Failure
from dtproxies.images import pfm


def read_image(path: Path) -> NDArray[np.float32]:
    """Read the image in `path` as linear Rec709, [H, W, 3].

    A `.pfm` file counts as linear. All other files count as sRGB; Pillow reduces 16-bit colour to 8 bits.

    Raises:
        Failure: the file is missing or is not an image.
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
        raise Failure("there is no such file" if missing else "this is not an image", where=str(path)) from exc
    from dtbase.imaging.colour import srgb_to_linear

    encoded = np.repeat(pixels[..., None] / 65535, 3, axis=2) if deep else pixels / 255
    return np.asarray(srgb_to_linear(encoded), np.float32)


def write_image(path: Path, image: NDArray[np.float32]) -> None:
    """Write linear Rec709, [H, W, 3]: `.pfm` unchanged, any other suffix as 8-bit sRGB PNG clipped to [0, 1]."""
    if path.suffix.lower() == ".pfm":
        pfm.write_pfm(path, image)
        return
    from PIL import Image

    from dtbase.imaging.colour import linear_to_srgb

    encoded = np.asarray(linear_to_srgb(np.clip(image, 0, 1)))
    with files.atomic_file(path) as part:
        Image.fromarray(np.round(encoded * 255).astype(np.uint8)).save(part, format="PNG")
