"""Contact sheets: captioned images side by side, as one PNG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from math import ceil
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from dtbase.system.files import atomic_file

GAP = 8
CAPTION_HEIGHT = 36
"""Height of a caption of two lines, in pixels."""
TITLE_HEIGHT = 26
"""Height of a title, in pixels."""
INK, PAPER, WARNING = (20, 20, 20), (255, 255, 255), (200, 0, 0)
SMALLEST, LARGEST = 6, 18
"""Sizes of the letters of a warning, in pixels."""
Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


@dataclass(frozen=True, eq=False)
class DisplayImage:
    """An image as a screen shows it: H x W x 3, sRGB-encoded, 0 to 1; what is outside is cut off."""

    pixels: NDArray[np.floating[Any]]
    caption: str


def difference_image(
    one: NDArray[np.floating[Any]], other: NDArray[np.floating[Any]], amplify: float | None = None
) -> DisplayImage:
    """Where two such images differ, times a factor, which the caption states; by default `auto_amplification`."""
    apart = np.abs(one - other)
    factor = amplify or auto_amplification(apart)
    return DisplayImage(apart * factor, f"difference x {factor:g}\nlargest {apart.max():.1e} of white")


def auto_amplification(apart: NDArray[np.floating[Any]]) -> float:
    """The largest power of ten that leaves 99 % of a difference below white."""
    return float(10.0 ** np.floor(-np.log10(max(float(np.percentile(apart, 99)), 1e-12))))


def write_contact_sheet(rows: Sequence[Sequence[DisplayImage]], path: Path, *, title: str = "") -> None:
    """Write the images to a PNG, a line of the sheet for each of `rows`, with a title above where there is one.

    A column is as wide as its widest image or caption, a line as high as its highest image.
    """
    font, above = ImageFont.load_default(13), TITLE_HEIGHT if title else 0
    widths = [max(_width(shown, font) for shown in column if shown) for column in zip_longest(*rows)]
    heights = [max(shown.pixels.shape[0] for shown in row) + CAPTION_HEIGHT for row in rows]
    size = (max(sum(widths) + GAP * len(widths), _text_width(title, font)) + GAP, sum(heights) + GAP * (len(rows) + 1))
    sheet = Image.new("RGB", (size[0], size[1] + above), PAPER)
    draw = ImageDraw.Draw(sheet)
    draw.text((GAP, GAP), title, INK, font)
    for line, row in enumerate(rows):
        top = GAP + above + sum(heights[:line]) + GAP * line
        for column, shown in enumerate(row):
            left = GAP + sum(widths[:column]) + GAP * column
            draw.multiline_text((left, top), shown.caption, INK, font)
            sheet.paste(Image.fromarray(_bytes(shown.pixels)), (left, top + CAPTION_HEIGHT))
    with atomic_file(path) as part:
        sheet.save(part, format="PNG")


def write_png(pixels: NDArray[np.floating[Any]], path: Path) -> None:
    """Write one image, H x W x 3, sRGB-encoded, 0 to 1, as a PNG."""
    with atomic_file(path) as part:
        Image.fromarray(_bytes(pixels)).save(part, format="PNG")


def add_banner(pixels: NDArray[np.floating[Any]], warning: str) -> NDArray[np.float64]:
    """The image with a warning in a red band across its top, in letters that fit its width."""
    image = Image.fromarray(_bytes(pixels))
    share = (image.width - GAP) / _text_width(warning, ImageFont.load_default(LARGEST))
    size = max(int(LARGEST * min(share, 1)), SMALLEST)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, image.width, size + GAP), WARNING)
    draw.text((GAP // 2, GAP // 4), warning, PAPER, ImageFont.load_default(size))
    return np.asarray(image, np.float64) / 255


def _width(shown: DisplayImage, font: Font) -> int:
    return max([int(shown.pixels.shape[1]), *(_text_width(line, font) for line in shown.caption.split("\n"))])


def _text_width(text: str, font: Font) -> int:
    width: float = font.getlength(text)
    return ceil(width)


def _bytes(pixels: NDArray[np.floating[Any]]) -> NDArray[np.uint8]:
    whole: NDArray[np.uint8] = np.rint(255 * np.clip(pixels, 0, 1)).astype(np.uint8)
    return whole
