"""PNG, JPEG, WebP, BMP, GIF, and TIFF of up to 8 bits, decoded by Pillow."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image

from dtbase.image_files.colour_encoding import (
    ADOBE_RGB,
    ADOBE_RGB_EXPONENT,
    SRGB,
    Power,
    RgbColour,
    chromatic_matrix,
)
from dtbase.image_files.encoded_image import Colour, EncodedImage, Light, Stored, check_size, without_alpha
from dtbase.image_files.formats import damaged, not_read
from dtbase.image_files.png_chunks import colour_chunks, stated_colour
from dtbase.image_files.profile import embedded_colour, refused_profile

FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "GIF")
"""JPEG includes MPO, several images in one file, as telephones write them."""
CHANNELS = {"L": 1, "LA": 1, "RGB": 3, "RGBA": 3, "CMYK": 4}
"""Colour channels of the modes that are decoded."""
CONVERTED = {"1": "L", "P": "RGB", "PA": "RGBA", "RGBX": "RGB", "YCbCr": "RGB", "La": "LA", "RGBa": "RGBA"}
"""Modes without loss in another one."""
DEEP_PNG = {"I;16B": 1, "LA;16B": 2, "RGB;16B": 3, "RGBA;16B": 4}
"""Channels of a PNG of 16 bits, by the name that Pillow has for its layout."""
CMYK_NOTE = "it is CMYK without a colour profile, so its colours are approximate"
BMP_PROFILES = {b"DEBM", b"KNIL"}
"""Colour space of a BMP with an embedded or linked profile (bV5CSType)."""


@dataclass(frozen=True)
class PlainCmyk:
    """CMYK without a profile: the ink of each channel takes its part of the light, as in darktable."""

    def to_light(self, encoded: NDArray[np.float64]) -> Light:
        """See `Colour`."""
        return SRGB.to_light((1 - encoded[..., :3]) * (1 - encoded[..., 3:]))


def read(path: Path) -> EncodedImage:
    """Read a file of one of `FORMATS`; of a PNG see `png_chunks` for its colours.

    Raises:
        WrongUsage: the image is too large, or its colours cannot be converted.
        Exception: Pillow raises many kinds for damaged files.
    """
    with opened(path, FORMATS) as image:
        name = str(image.format)
        chunks = colour_chunks(path) if name == "PNG" else {}
        stated: Colour | None = stated_colour(path, chunks)
        # Decode first: Pillow reads metadata of a PNG that follow the pixels.
        values, alpha_notes = decode(path, image)
        profile = None if b"cICP" in chunks else _profile(path, image)
        if name in {"JPEG", "MPO", "WEBP"}:
            stated = _adobe_rgb(image)
        orientation = int(image.getexif().get(ExifTags.Base.Orientation, 1) or 1)
        notes = (*frame_notes(image), *alpha_notes)
    channels = values.shape[2]
    colour = stated or SRGB
    if profile:
        colour = embedded_colour(path, profile, channels)
    elif channels == 4:
        colour, notes = PlainCmyk(), (*notes, CMYK_NOTE)
    return EncodedImage(values=values, colour=colour, orientation=orientation, notes=notes)


@contextmanager
def opened(path: Path, formats: tuple[str, ...]) -> Iterator[Image.Image]:
    """Open an image of one of `formats`; `check_size` replaces Pillow's own limit."""
    limit, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
    try:
        with Image.open(path, formats=formats) as image:
            check_size(path, *image.size)
            yield image
    finally:
        Image.MAX_IMAGE_PIXELS = limit


def frame_notes(image: Image.Image) -> tuple[str, ...]:
    """Return a note if the file holds more images than the one that is read."""
    count = int(getattr(image, "n_frames", 1))
    return (f"the first of its {count} images is read",) if count > 1 else ()


def decode(path: Path, image: Image.Image) -> tuple[Stored, tuple[str, ...]]:
    """Decode an open image to its colour channels, in all of its bits, and a note about others.

    Raises:
        WrongUsage: its mode has no conversion without loss.
    """
    if (deep := DEEP_PNG.get(_layout(image))) and image.format == "PNG":
        values = _deep_values(path, image, deep)
        return without_alpha(values, 3 if deep > 2 else 1, alpha=True)
    if image.mode == "P" and "transparency" in image.info:
        image = image.convert("RGBA")
    mode = CONVERTED.get(image.mode, image.mode)
    if mode not in CHANNELS:
        raise not_read(path, f"an image of the kind {image.mode}")
    values = np.atleast_3d(np.asarray(image if mode == image.mode else image.convert(mode)))
    kept, notes = without_alpha(values, CHANNELS[mode], alpha=True)
    if "transparency" in image.info and not notes and values.shape[2] == CHANNELS[mode]:
        notes = ("its transparency is ignored",)
    return kept, notes


def _layout(image: Any) -> str:
    return str(image.tile[0].args) if image.tile and isinstance(image.tile[0].args, str) else ""


def _deep_values(path: Path, image: Any, channels: int) -> Stored:
    """Decode a PNG of 16 bits per channel.

    Pillow keeps the upper byte of colours only. Its decoder gives the lower byte when asked for it as a layout.
    """
    if channels == 1:
        return np.asarray(image, np.uint16)[..., None]
    if channels == 2:
        image.tile = [image.tile[0]._replace(args="RGBA")]
        image._mode = "RGBA"
        return np.ascontiguousarray(np.asarray(image)).view(">u2").astype(np.uint16)
    upper = np.asarray(image).astype(np.uint16)
    with opened(path, ("PNG",)) as again:
        low: Any = again
        low.tile = [low.tile[0]._replace(args=low.tile[0].args.replace("16B", "16L"))]
        return np.asarray(upper << 8 | np.asarray(low), np.uint16)


def _profile(path: Path, image: Image.Image) -> bytes | None:
    """The embedded ICC profile.

    Raises:
        WrongUsage: there is one that cannot be read.
    """
    profile = image.info.get("icc_profile", b"")
    if profile is None:
        raise refused_profile(path, "is damaged")
    if image.format == "BMP":
        profile = _bmp_profile(path)
    if image.format == "GIF" and b"ICCRGBG1012" in path.read_bytes():
        raise refused_profile(path, "of a GIF cannot be read")
    return profile or None


def _bmp_profile(path: Path) -> bytes:
    """The profile of a BMP with a header of version 5: b"" for none, or sRGB."""
    data = path.read_bytes()
    size, kind = struct.unpack_from("<I", data, 14)[0], data[70:74]
    if size < 124 or kind not in BMP_PROFILES:
        return b""
    if kind == b"KNIL":
        raise refused_profile(path, "is a link to another file")
    start, length = struct.unpack_from("<II", data, 14 + 112)
    if not 0 < length <= len(data) - 14 - start:
        raise damaged(path, "the colour profile is truncated")
    return data[14 + start : 14 + start + length]


def _adobe_rgb(image: Image.Image) -> RgbColour | None:
    """The colour space that a camera states by the interoperability tag of EXIF (DCF 2.0): None unless Adobe RGB."""
    exif = image.getexif()
    camera = exif.get_ifd(ExifTags.IFD.Exif)
    stated, index = camera.get(ExifTags.Base.ColorSpace), ""
    if ExifTags.IFD.Interop in camera:
        index = str(exif.get_ifd(ExifTags.IFD.Interop).get(ExifTags.Interop.InteropIndex, ""))
    if stated == 2 or (stated == 0xFFFF and index.startswith("R03")):
        return RgbColour(Power(ADOBE_RGB_EXPONENT), chromatic_matrix(ADOBE_RGB))
    return None
