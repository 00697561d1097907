"""Images for training and evaluation: free photographs from `images/proxy` and computed charts."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from dtbase.imaging.colour import srgb_to_linear
from dtbase.system.errors import Failure
from dtbase.system.files import sha256
from dtproxies.images.module_spaces import to_space
from dtproxies.images.mosaic import apply_white_balance
from dtproxies.vocabulary.module import Module

DIRECTORY = Path("images/proxy")
SOURCES = "sources.json"
Use = Literal["fit", "evaluate"]
Pixels = NDArray[np.float32]
"""[H, W, 3]."""


@dataclass(frozen=True, eq=False)
class LinearImage:
    """Image in linear Rec709, diffuse white at 1, not clipped."""

    name: str
    pixels: Pixels


def read_photographs(directory: Path, use: Use) -> list[LinearImage]:
    """Read the photographs of `directory` that `sources.json` assigns to this use.

    Raises:
        Failure: a file is missing, or its digest differs from the index.
    """
    index = directory / SOURCES
    try:
        entries = json.loads(index.read_text())["images"]
    except (OSError, ValueError, KeyError) as exc:
        fix = "run from the root of the repository, or name the directory with --images"
        raise Failure("the index of photographs cannot be read", where=str(index), fix=fix) from exc
    return [_read(directory / entry["file"], entry["sha256"]) for entry in entries if entry["use"] == use]


def chart(side: int, seed: int) -> LinearImage:
    """Compute a test chart of side x side pixels, from well below black to 16 times white.

    It has colour patches, some with negative channels, smooth ramps over 16 stops, and stripes of rising frequency.
    """
    rng = np.random.default_rng(seed)
    count = 8
    patches = 2.0 ** rng.uniform(-10, 4, (count, count, 1)) * rng.uniform(-0.15, 1, (count, count, 3))
    pixels = np.kron(patches, np.ones((-(-side // count), -(-side // count), 1)))[:side, :side]
    along = np.linspace(0, 1, side)
    third = side // 3
    pixels[:third] = (2.0 ** (16 * along - 12))[None, :, None] * rng.uniform(0.2, 1, (third, 1, 3))
    pixels[-third:] *= 1 + 0.8 * np.sin(along**2 * side * 1.2)[None, :, None]
    return LinearImage(f"chart {seed}", pixels.astype(np.float32))


def crop(image: LinearImage, side: int, rng: np.random.Generator) -> LinearImage:
    """Cut out a random square, rotated by a multiple of 90 degrees and mirrored at random.

    Raises:
        Failure: the image is smaller than `side`.
    """
    height, width = image.pixels.shape[:2]
    if min(height, width) < side:
        raise Failure(f"{width} x {height} pixels, but {side} x {side} are needed", where=image.name)
    top, left = rng.integers(height - side + 1), rng.integers(width - side + 1)
    square = np.rot90(image.pixels[top : top + side, left : left + side], int(rng.integers(4)))
    return LinearImage(image.name, np.ascontiguousarray(square[:, ::-1] if rng.integers(2) else square))


def expose(image: LinearImage, stops: float) -> LinearImage:
    """Change the exposure of an image by `stops`."""
    return LinearImage(f"{image.name} {stops:+.2f} EV", (image.pixels * 2.0**stops).astype(np.float32))


def to_module_space(image: LinearImage, module: Module) -> Pixels:
    """Convert an image to the pixels that the module receives."""
    pixels = np.asarray(to_space(image.pixels.astype(np.float64), module.space), np.float32)
    return apply_white_balance(pixels) if module.white_balanced else pixels


def _read(path: Path, digest: str) -> LinearImage:
    try:
        same = sha256(path) == digest
    except OSError as exc:
        raise Failure("the photograph is missing", where=str(path), fix=f"correct {SOURCES}") from exc
    if not same:
        raise Failure("the digest of the photograph differs from the index", where=str(path), fix=f"correct {SOURCES}")
    with Image.open(path) as opened:
        encoded = np.asarray(opened.convert("RGB"), np.float64) / 255
    return LinearImage(path.stem, srgb_to_linear(encoded).astype(np.float32))
