"""Read an image file as light: the one door for images that users bring."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dtbase.image_files.encoded_image import EncodedImage, upright
from dtbase.image_files.formats import EXR, FIX, HEAD_BYTES, NETPBM, PILLOW, PNG, TIFF, damaged, recognise
from dtbase.image_files.icc_elements import UnsupportedProfile
from dtbase.image_files.profile import refused_profile
from dtbase.image_files.quiet import quiet_libraries
from dtbase.system.errors import Failure, WrongUsage

BAND = 1 << 20
"""Values that are converted at once, in float64."""
LIMIT = 1e30
"""Largest magnitude of light: sums of squares stay finite in float64, and products with sliders in float32."""


@dataclass(frozen=True, eq=False)
class ImageFile:
    """Image of a file in linear Rec709, diffuse white at 1, not clipped."""

    light: NDArray[np.float32]
    """[height, width, 3], upright."""
    floating: bool
    """True if the file holds floating-point values, which are not limited to 0 to 1."""
    notes: tuple[str, ...]
    """What the file holds beyond the image, as parts of a sentence."""


def read_image_file(path: Path) -> ImageFile:
    """Read an image of any format, bit depth, channels and colour profile.

    Integers count as sRGB and floats as linear Rec709, unless the file states other colours. Of several images in a
    file the first is read, and transparency is ignored; `notes` says so.

    Raises:
        WrongUsage: there is no such file, or it cannot be read: the message says why, and names formats that can.
    """
    reader = recognise(path, _head(path))
    with quiet_libraries():
        encoded = _decode(path, reader)
        try:
            light = _to_light(encoded)
        except UnsupportedProfile as exc:
            raise refused_profile(path, exc) from exc
    size = np.abs(light).max()
    if not size <= LIMIT:
        fraction = 1 - float((np.abs(light) <= LIMIT).mean())
        what = f"{max(fraction, 1e-4):.2%} of its values are not finite, or above 1e30"
        raise WrongUsage(what, where=str(path), fix="export it again")
    return ImageFile(light, encoded.floating, encoded.notes)


def _head(path: Path) -> bytes:
    try:
        if path.exists() and not path.is_file():
            kind = "a directory" if path.is_dir() else "no regular file"
            raise WrongUsage(f"this is {kind}, not an image", where=str(path), fix="name an image file")
        with path.open("rb") as file:
            return file.read(HEAD_BYTES)
    except FileNotFoundError as exc:
        raise WrongUsage("there is no such file", where=str(path), fix="check the path of the image") from exc
    except (OSError, ValueError) as exc:
        reason = getattr(exc, "strerror", "") or str(exc)
        raise WrongUsage(f"the file cannot be opened: {reason}", where=str(path), fix="check its permissions") from exc


def _decode(path: Path, reader: str) -> EncodedImage:
    """Decode a file; a decoder may raise anything for a damaged one, so all of it is one failure."""
    from dtbase.image_files import exr, netpbm, pillow_image, tiff

    readers = {PILLOW: pillow_image.read, PNG: pillow_image.read, TIFF: tiff.read, EXR: exr.read, NETPBM: netpbm.read}
    try:
        return readers[reader](path)
    except (Failure, ImportError):
        raise
    except MemoryError as exc:
        raise WrongUsage("the image does not fit into memory", where=str(path), fix=FIX) from exc
    except Exception as exc:
        reason = (str(exc).strip().splitlines() or [type(exc).__name__])[0]
        raise damaged(path, f"the file is damaged or truncated ({reason[:120]})") from exc


def _to_light(encoded: EncodedImage) -> NDArray[np.float32]:
    height, width, channels = encoded.values.shape
    light = np.empty((height, width, 3), np.float32)
    rows = max(1, BAND // (width * channels))
    for top in range(0, height, rows):
        band = encoded.values[top : top + rows].astype(np.float64) / encoded.white
        light[top : top + rows] = encoded.colour.to_light(band)
    # A plain copy: a view of one row that is mirrored keeps a negative stride.
    return light if encoded.orientation == 1 else np.array(upright(light, encoded.orientation), order="C")
