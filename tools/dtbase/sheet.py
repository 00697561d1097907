"""Contact sheets: captioned pictures side by side, as one PNG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from dtbase.files import replacing

GAP = 8
CAPTION = 36
"""Height of a caption of two lines, in pixels."""
INK, PAPER = (20, 20, 20), (255, 255, 255)


@dataclass(frozen=True, eq=False)
class Shown:
    """A picture as a screen shows it: H x W x 3, sRGB-encoded, 0 to 1; what is outside is cut off."""

    pixels: NDArray[np.floating[Any]]
    caption: str


def write_sheet(rows: Sequence[Sequence[Shown]], path: Path) -> None:
    """Write the pictures to a PNG, a line of the sheet for each of `rows`; all are taken to have one size."""
    height, width = rows[0][0].pixels.shape[:2]
    columns = max(len(row) for row in rows)
    size = (columns * (width + GAP) + GAP, len(rows) * (height + CAPTION + GAP) + GAP)
    sheet = Image.new("RGB", size, PAPER)
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(13)
    for line, row in enumerate(rows):
        top = GAP + line * (height + CAPTION + GAP)
        for column, shown in enumerate(row):
            left = GAP + column * (width + GAP)
            draw.multiline_text((left, top), shown.caption, INK, font)
            sheet.paste(Image.fromarray(_bytes(shown.pixels)), (left, top + CAPTION))
    with replacing(path) as part:
        sheet.save(part, format="PNG")


def _bytes(pixels: NDArray[np.floating[Any]]) -> NDArray[np.uint8]:
    whole: NDArray[np.uint8] = np.rint(255 * np.clip(pixels, 0, 1)).astype(np.uint8)
    return whole
