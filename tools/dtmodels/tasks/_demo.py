"""Samples and strips of demos, and functions that read, crop, resize and convert images."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from dtbase.image_files.image_file import read_image_file
from dtbase.imaging.colour import linear_to_srgb
from dtbase.system.errors import WrongUsage
from dtmodels.card.model import Prompt

Pixels = NDArray[np.floating[Any]]
"""height x width x 3, sRGB-encoded, 0 to 1."""
CENTRE = ((0.5, 0.5),)
"""Position of the click if the card has no prompt."""
DETAIL_SIDE, MAGNIFICATION = 120, 3
"""Side of the magnified detail in pixels, and its magnification."""
MAX_CLIPPED = 1e-3
"""Fraction of values outside the range of sRGB that is clipped without a note."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Sample image of a demo, with settings; the fields are those of `demo` in a card."""

    path: Path
    prompts: tuple[Prompt, ...] = (Prompt(points=CENTRE),)
    electrons: int | None = None
    shrink: int | None = None
    note: Callable[[str], None] = field(default=lambda _: None, compare=False)
    """Prints what the file holds beyond the image, and how much of it is clipped."""

    @property
    def name(self) -> str:
        """Name for file names and captions."""
        return self.path.stem

    def read(self) -> Pixels:
        """Read the image, display-referred as models expect it: upright, in sRGB, clipped to its range.

        Raises:
            WrongUsage: the file cannot be read.
        """
        image = read_image_file(self.path)
        for one in image.notes:
            self.note(f"{self.path}: {one}")
        clipped = float(((image.light < 0) | (image.light > 1)).mean())
        if clipped > MAX_CLIPPED:
            self.note(f"{self.path}: {clipped:.1%} of its values lie outside sRGB's range and are clipped")
        return np.asarray(linear_to_srgb(np.clip(image.light.astype(np.float64), 0, 1)), np.float64)


def check_side(sample: Sample, pixels: Pixels, side: int) -> None:
    """Check that a demo can use an image of this size.

    Raises:
        WrongUsage: a side is shorter than `side` pixels.
    """
    height, width = pixels.shape[:2]
    if min(height, width) < side:
        what = f"{width} x {height} pixels; the demo needs {side} x {side}"
        raise WrongUsage(what, where=str(sample.path), fix="use a larger image")


@dataclass(frozen=True, eq=False, kw_only=True)
class DemoImage:
    """One image of a demo."""

    pixels: Pixels
    caption: str
    name: str = ""
    """Suffix of its own file's name; if empty, the image is on the contact sheet only."""
    from_model: bool = False
    """True if it is an output of the model."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """Result of a demo for one sample: lines of images, input first."""

    name: str
    lines: tuple[tuple[DemoImage, ...], ...]


def to_planar(pixels: Pixels) -> NDArray[np.float32]:
    """Height x width x 3 to 3 x height x width, the layout of graphs."""
    return np.ascontiguousarray(np.moveaxis(pixels, -1, 0), np.float32)


def to_interleaved(tensor: NDArray[Any]) -> NDArray[np.float64]:
    """3 x height x width to height x width x 3."""
    return np.moveaxis(tensor, 0, -1).astype(np.float64)


def centre_crop(pixels: Pixels, max_side: int) -> Pixels:
    """Crop the centre of an image to at most `max_side` pixels each way."""
    height, width = pixels.shape[:2]
    top, left = max(height - max_side, 0) // 2, max(width - max_side, 0) // 2
    return pixels[top : top + max_side, left : left + max_side]


def shrink_to_fit(pixels: Pixels, longest: int) -> Pixels:
    """Shrink an image until its longer side has at most `longest` pixels."""
    height, width = pixels.shape[:2]
    scale = longest / max(height, width)
    if scale >= 1:
        return pixels
    return resize(pixels, max(round(width * scale), 1), max(round(height * scale), 1))


def resize(pixels: Pixels, width: int, height: int, how: Image.Resampling = Image.Resampling.LANCZOS) -> Pixels:
    """Resize an image or a single plane; the number of dimensions is unchanged."""
    layers = np.atleast_3d(np.asarray(pixels, np.float32))
    planes = [
        np.asarray(Image.fromarray(np.ascontiguousarray(layers[..., index])).resize((width, height), how))
        for index in range(layers.shape[2])
    ]
    return np.stack(planes, axis=-1).astype(np.float64) if pixels.ndim == 3 else planes[0].astype(np.float64)


def detail_lines(images: Sequence[DemoImage], sample: Sample) -> Iterator[tuple[DemoImage, ...]]:
    """One line per prompt: the same small part of each image, magnified."""
    for prompt in sample.prompts:
        for across, down in prompt.points[:1]:
            yield tuple(_detail(image, across, down) for image in images)


def _detail(image: DemoImage, across: float, down: float) -> DemoImage:
    height, width = image.pixels.shape[:2]
    top, left = (
        int(np.clip(position * size - DETAIL_SIDE / 2, 0, max(size - DETAIL_SIDE, 0)))
        for position, size in ((down, height), (across, width))
    )
    part = image.pixels[top : top + DETAIL_SIDE, left : left + DETAIL_SIDE]
    magnified = np.repeat(np.repeat(part, MAGNIFICATION, axis=0), MAGNIFICATION, axis=1)
    return DemoImage(pixels=magnified, caption=f"detail, {MAGNIFICATION} times", from_model=image.from_model)
