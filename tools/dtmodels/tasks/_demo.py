"""What a demo is given and what it makes: samples in, strips of images out. How images are read and cut."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from dtbase.system.errors import Failure
from dtmodels.card.model import Prompt

Pixels = NDArray[np.floating[Any]]
"""height x width x 3, sRGB-encoded, 0 to 1."""
CENTRE = ((0.5, 0.5),)
"""Where to click when nobody says."""
DETAIL_SIDE, MAGNIFICATION = 120, 3
"""Side of the part that is shown larger, in pixels, and how many times larger."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """An image to show a model on, and what to do with it; the fields are those of `demo` in a card."""

    path: Path
    prompts: tuple[Prompt, ...] = (Prompt(points=CENTRE),)
    electrons: int | None = None
    shrink: int | None = None

    @property
    def name(self) -> str:
        """For file names and captions."""
        return self.path.stem

    def read(self) -> Pixels:
        """The image, upright.

        Raises:
            Failure: it is no image.
        """
        try:
            with Image.open(self.path) as image:
                upright = ImageOps.exif_transpose(image).convert("RGB")
        except (OSError, UnidentifiedImageError, Image.DecompressionBombError) as exc:
            raise Failure(f"no image ({exc})", where=str(self.path), fix="give a PNG or JPEG file") from exc
        return np.asarray(upright, np.float64) / 255


@dataclass(frozen=True, eq=False, kw_only=True)
class DemoImage:
    """One image of a demo."""

    pixels: Pixels
    caption: str
    name: str = ""
    """Of its own file, after the sample's name; without one it is on the contact sheet only."""
    made: bool = False
    """Whether the model made it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """What a demo shows of one sample: lines of images, input first."""

    name: str
    lines: tuple[tuple[DemoImage, ...], ...]


def to_planar(pixels: Pixels) -> NDArray[np.float32]:
    """Height x width x 3 to 3 x height x width, as graphs take it."""
    return np.ascontiguousarray(np.moveaxis(pixels, -1, 0), np.float32)


def to_interleaved(tensor: NDArray[Any]) -> NDArray[np.float64]:
    """3 x height x width to height x width x 3."""
    return np.moveaxis(tensor, 0, -1).astype(np.float64)


def centre_crop(pixels: Pixels, most: int) -> Pixels:
    """The middle of an image, at most `most` pixels each way: a demo is no export of 40 megapixels."""
    height, width = pixels.shape[:2]
    top, left = max(height - most, 0) // 2, max(width - most, 0) // 2
    return pixels[top : top + most, left : left + most]


def shrink_to_fit(pixels: Pixels, longest: int) -> Pixels:
    """An image made smaller until its longer side has at most `longest` pixels."""
    height, width = pixels.shape[:2]
    scale = longest / max(height, width)
    if scale >= 1:
        return pixels
    return resize(pixels, max(round(width * scale), 1), max(round(height * scale), 1))


def resize(pixels: Pixels, width: int, height: int, how: Image.Resampling = Image.Resampling.LANCZOS) -> Pixels:
    """An image, or a single plane, at another size; of the same number of dimensions."""
    layers = np.atleast_3d(np.asarray(pixels, np.float32))
    made = [
        np.asarray(Image.fromarray(np.ascontiguousarray(layers[..., index])).resize((width, height), how))
        for index in range(layers.shape[2])
    ]
    return np.stack(made, axis=-1).astype(np.float64) if pixels.ndim == 3 else made[0].astype(np.float64)


def detail_lines(pictures: Sequence[DemoImage], sample: Sample) -> Iterator[tuple[DemoImage, ...]]:
    """A line for each place the prompts point at: the same small part of each image, enlarged."""
    for prompt in sample.prompts:
        for across, down in prompt.points[:1]:
            yield tuple(_detail(picture, across, down) for picture in pictures)


def _detail(picture: DemoImage, across: float, down: float) -> DemoImage:
    height, width = picture.pixels.shape[:2]
    top, left = (
        int(np.clip(share * size - DETAIL_SIDE / 2, 0, max(size - DETAIL_SIDE, 0)))
        for share, size in ((down, height), (across, width))
    )
    part = picture.pixels[top : top + DETAIL_SIDE, left : left + DETAIL_SIDE]
    larger = np.repeat(np.repeat(part, MAGNIFICATION, axis=0), MAGNIFICATION, axis=1)
    return DemoImage(pixels=larger, caption=f"detail, {MAGNIFICATION} times", made=picture.made)
