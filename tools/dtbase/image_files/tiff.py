"""TIFF: tags by tifffile, pixels of more than 8 bits decoded here, since Pillow cuts them; all others by Pillow."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import tifffile

from dtbase.image_files import pillow_image
from dtbase.image_files.colour_encoding import RgbColour, chromatic_matrix, default_colour
from dtbase.image_files.encoded_image import Colour, EncodedImage, Stored, check_size, without_alpha
from dtbase.image_files.formats import damaged, not_read, raw_file
from dtbase.image_files.icc_curves import PerChannel, Table
from dtbase.image_files.profile import embedded_colour, refused_profile
from dtbase.image_files.tiff_segments import decode_segments

WHITE_IS_ZERO, BLACK_IS_ZERO, RGB, PALETTE, CMYK, YCBCR = 0, 1, 2, 3, 5, 6
CHANNELS = {WHITE_IS_ZERO: 1, BLACK_IS_ZERO: 1, RGB: 3, PALETTE: 3, CMYK: 4, YCBCR: 3}
"""Colour channels by the tag PhotometricInterpretation."""
RAW_KINDS = {32803, 34892}
"""Photometric interpretations of sensor data: CFA and LinearRaw."""
ORIENTATION, TRANSFER, WHITE_POINT, PRIMARIES, ICC, DNG_VERSION = 274, 301, 318, 319, 34675, 50706
ALPHA = {1, 2}
"""Values of ExtraSamples for alpha."""
REC709 = (0.64, 0.33, 0.30, 0.60, 0.15, 0.06)
D65 = (0.3127, 0.3290)


def read(path: Path) -> EncodedImage:
    """Read the first page of a TIFF or BigTIFF.

    Raises:
        WrongUsage: it is a raw file, too large, or of a kind that is not read.
        Exception: tifffile and Pillow raise many kinds for damaged files.
    """
    with tifffile.TiffFile(path) as file:
        page: Any = file.pages.first
        pages = len(file.pages)
        if DNG_VERSION in page.tags or int(page.photometric or 0) in RAW_KINDS:
            raise raw_file(path)
        check_size(path, page.imagewidth, page.imagelength)
        photometric = int(page.photometric if page.photometric is not None else -1)
        if photometric not in CHANNELS or page.imagedepth > 1:
            raise not_read(path, f"a TIFF of a kind (photometric {photometric}) that is no RGB, grey or CMYK image")
        values, notes = _values(path, page)
        colour, colour_notes = _colour(path, page, values)
        # Pillow turns the image itself.
        orientation = 1 if _is_shallow(page) else _number(page, ORIENTATION, 1)
    if pages > 1:
        notes = (*notes, f"the first of its {pages} pages is read")
    return EncodedImage(values=values, colour=colour, orientation=orientation, notes=notes + colour_notes)


def _values(path: Path, page: Any) -> tuple[Stored, tuple[str, ...]]:
    bits, channels = _bits(page), CHANNELS[int(page.photometric)]
    if _is_shallow(page):
        with pillow_image.opened(path, ("TIFF",)) as image:
            return pillow_image.decode(path, image)
    if page.photometric in {PALETTE, YCBCR} or page.samplesperpixel < channels:
        raise not_read(path, f"a TIFF of {bits} bits with a palette or YCbCr colours")
    values = decode_segments(path, page)
    if page.photometric == WHITE_IS_ZERO:
        values = (1.0 - values).astype(values.dtype) if values.dtype.kind == "f" else ~values
    alpha = bool(page.extrasamples) and int(page.extrasamples[0]) in ALPHA
    return without_alpha(values, channels, alpha=alpha)


def _colour(path: Path, page: Any, values: Stored) -> tuple[Colour, tuple[str, ...]]:
    """The colours by the profile, else by the tags of the format, else by its default."""
    channels, floating = values.shape[2], values.dtype.kind == "f"
    if ICC in page.tags:
        profile = page.tags[ICC].value
        if not isinstance(profile, bytes):
            raise refused_profile(path, "is damaged")
        return embedded_colour(path, profile, channels), ()
    if channels == 4:
        return pillow_image.PlainCmyk(), (pillow_image.CMYK_NOTE,)
    plain = default_colour(floating=floating)
    if not {TRANSFER, WHITE_POINT, PRIMARIES} & set(page.tags.keys()):
        return plain, ()
    try:
        curve = _curve(page) or plain.curve
        chromaticities = [*_fractions(page, PRIMARIES, REC709), *_fractions(page, WHITE_POINT, D65)]
        if np.allclose(chromaticities, [*REC709, *D65], atol=2e-4):
            return RgbColour(curve), ()
        return RgbColour(curve, chromatic_matrix(np.reshape(chromaticities, (4, 2)).tolist())), ()
    except (ValueError, ZeroDivisionError, TypeError) as exc:
        raise damaged(path, "the colour tags of the TIFF are damaged") from exc


def _curve(page: Any) -> PerChannel | None:
    """The tag TransferFunction: one table, or one for each channel."""
    if TRANSFER not in page.tags:
        return None
    samples = np.array(page.tags[TRANSFER].value, np.float64) / 65535
    bits = _bits(page)
    count = samples.size >> bits
    if count not in {1, 3} or samples.size != count << bits or samples.reshape(count, -1)[:, -1].min() <= 0:
        raise ValueError
    tables = [Table(one) for one in samples.reshape(count, -1)]
    return PerChannel(tuple(tables * 3 if count == 1 else tables))


def _fractions(page: Any, tag: int, default: tuple[float, ...]) -> tuple[float, ...]:
    """Rational numbers of a tag."""
    if tag not in page.tags:
        return default
    stored = page.tags[tag].value
    return tuple(above / below for above, below in zip(stored[::2], stored[1::2], strict=True))


def _bits(page: Any) -> int:
    bits = page.bitspersample
    return int(bits if isinstance(bits, int) else max(bits))


def _is_shallow(page: Any) -> bool:
    """True if Pillow decodes all bits."""
    return _bits(page) <= 8 and page.sampleformat == 1


def _number(page: Any, tag: int, default: int) -> int:
    value = page.tags[tag].value if tag in page.tags else default
    return int(value) if isinstance(value, int) else default
