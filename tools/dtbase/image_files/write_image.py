"""Write images: `.pfm` as linear light, `.png` for display."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from dtbase.image_files import netpbm
from dtbase.imaging.colour import linear_to_srgb
from dtbase.system import files


def write_image(path: Path, image: NDArray[np.float32]) -> None:
    """Write linear Rec709, [H, W, 3]: `.pfm` unchanged, any other suffix as 8-bit sRGB PNG clipped to [0, 1]."""
    if path.suffix.lower() == ".pfm":
        netpbm.write_pfm(path, image)
        return
    encoded = np.asarray(linear_to_srgb(np.clip(image, 0, 1)))
    with files.atomic_file(path) as part:
        Image.fromarray(np.round(encoded * 255).astype(np.uint8)).save(part, format="PNG")
