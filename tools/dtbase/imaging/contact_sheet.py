"""Contact sheets: one PNG with captioned images in rows and columns."""

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
MIN_FONT_SIZE, MAX_FONT_SIZE = 6, 18
"""Font sizes of a warning, in pixels."""
Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


@dataclass(frozen=True, eq=False)
class DisplayImage:
    """A display-referred image with its caption: H x W x 3, sRGB-encoded; values outside 0 to 1 are clipped."""

    pixels: NDArray[np.floating[Any]]
    caption: str


def difference_image(
    first: NDArray[np.floating[Any]], second: NDArray[np.floating[Any]], amplify: float | None = None
) -> DisplayImage:
    """Amplify the absolute difference of two images; the caption states the factor and the maximum.

    Args:
        first: H x W x 3, sRGB-encoded, 0 to 1.
        second: likewise.
        amplify: the factor; `auto_amplification` of the difference when None.
    """
    difference = np.abs(first - second)
    factor = amplify or auto_amplification(difference)
    return DisplayImage(difference * factor, f"difference x {factor:g}\nmaximum {difference.max():.1e} of white")


def auto_amplification(difference: NDArray[np.floating[Any]]) -> float:
    """Return the largest power of ten that keeps 99 % of the values of a difference image below white."""
    return float(10.0 ** np.floor(-np.log10(max(float(np.percentile(difference, 99)), 1e-12))))


def write_contact_sheet(rows: Sequence[Sequence[DisplayImage]], path: Path, *, title: str = "") -> None:
    """Write a PNG with one row of captioned images for each of `rows`, and an optional title above them.

    A column is as wide as its widest image or caption; a row is as high as its highest image.
    """
    font, title_height = ImageFont.load_default(13), TITLE_HEIGHT if title else 0
    widths = [max(_width(image, font) for image in column if image) for column in zip_longest(*rows)]
    heights = [max(image.pixels.shape[0] for image in row) + CAPTION_HEIGHT for row in rows]
    size = (max(sum(widths) + GAP * len(widths), _text_width(title, font)) + GAP, sum(heights) + GAP * (len(rows) + 1))
    sheet = Image.new("RGB", (size[0], size[1] + title_height), PAPER)
    draw = ImageDraw.Draw(sheet)
    draw.text((GAP, GAP), title, INK, font)
    for index, row in enumerate(rows):
        top = GAP + title_height + sum(heights[:index]) + GAP * index
        for column, image in enumerate(row):
            left = GAP + sum(widths[:column]) + GAP * column
            draw.multiline_text((left, top), image.caption, INK, font)
            sheet.paste(Image.fromarray(_to_8_bit(image.pixels)), (left, top + CAPTION_HEIGHT))
    with atomic_file(path) as part:
        sheet.save(part, format="PNG")


def write_png(pixels: NDArray[np.floating[Any]], path: Path) -> None:
    """Write one image, H x W x 3, sRGB-encoded, 0 to 1, as a PNG."""
    with atomic_file(path) as part:
        Image.fromarray(_to_8_bit(pixels)).save(part, format="PNG")


def add_banner(pixels: NDArray[np.floating[Any]], warning: str) -> NDArray[np.float64]:
    """Return the image with a warning in a red band at its top; the font size fits the width."""
    image = Image.fromarray(_to_8_bit(pixels))
    fraction = (image.width - GAP) / _text_width(warning, ImageFont.load_default(MAX_FONT_SIZE))
    size = max(int(MAX_FONT_SIZE * min(fraction, 1)), MIN_FONT_SIZE)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, image.width, size + GAP), WARNING)
    draw.text((GAP // 2, GAP // 4), warning, PAPER, ImageFont.load_default(size))
    return np.asarray(image, np.float64) / 255


def _width(image: DisplayImage, font: Font) -> int:
    return max([int(image.pixels.shape[1]), *(_text_width(line, font) for line in image.caption.split("\n"))])


def _text_width(text: str, font: Font) -> int:
    width: float = font.getlength(text)
    return ceil(width)


def _to_8_bit(pixels: NDArray[np.floating[Any]]) -> NDArray[np.uint8]:
    values: NDArray[np.uint8] = np.rint(255 * np.clip(pixels, 0, 1)).astype(np.uint8)
    return values
