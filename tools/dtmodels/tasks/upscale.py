"""upscale: an sRGB-encoded tile in, the same tile two or four times as large out.

darktable shows both factors, so a package holds both files; tiles share 16 pixels on each side and are not blended.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from dtmodels.findings.check_report import CheckProblem
from dtmodels.graph.runtime import Runtime
from dtmodels.tasks._attributes import check_boost
from dtmodels.tasks._demo import DemoImage, Pixels, Sample, Strip, centre_crop, detail_lines, resize
from dtmodels.tasks._protocol import Call, Model
from dtmodels.tasks._srgb import psnr_caption, run_on_image
from dtmodels.tasks._tile_checks import run_tile
from dtmodels.tasks._tile_contract import Tile, check_tile

TILES = tuple(
    Tile(
        file=f"model_x{scale}.onnx",
        sizes=(f"model_x{scale}.input_sizes", "input_sizes"),
        channels=3,
        scale=scale,
        overlap=16,
    )
    for scale in (2, 4)
)
FILES = tuple(tile.file for tile in TILES)
OPTIONAL: tuple[str, ...] = ()
MAX_SIDE = 224
"""Pixels each way that a demo takes from the middle of an image: one tile of the usual size for four times."""


def check(model: Model) -> Iterator[CheckProblem]:
    """See `dtmodels.tasks._protocol.Task.check`."""
    for tile in TILES:
        yield from check_tile(model, tile)
    yield from check_boost(model)


def run(model: Model, runtime: Runtime) -> Iterator[CheckProblem | Call]:
    """See `dtmodels.tasks._protocol.Task.run`."""
    for tile in TILES:
        yield from run_tile(model, runtime, tile)


def demo(model: Model, runtime: Runtime, samples: Sequence[Sample]) -> Iterator[Strip]:
    """See `dtmodels.tasks._protocol.Demonstrates`: enlarged plainly, and by each file, all shown at one size."""
    sessions = [runtime.load(model.directory / tile.file) for tile in TILES]
    largest = TILES[-1].scale
    for sample in samples:
        original = _even(sample.read(), sample.shrink or 1)
        small = _shrunk(original, sample.shrink) if sample.shrink else centre_crop(original, MAX_SIDE)
        height, width = (largest * side for side in small.shape[:2])
        wanted = resize(original, width, height) if sample.shrink else None
        plain = np.clip(resize(small, width, height), 0, 1)
        pictures = [
            DemoImage(name="before", pixels=plain, caption=f"Lanczos, {largest} times\n{psnr_caption(plain, wanted)}")
        ]
        for tile, session in zip(TILES, sessions, strict=True):
            made = run_on_image(model, session, tile, small)
            shown = np.clip(resize(made, width, height), 0, 1)
            step = "" if tile.scale == largest else f", then Lanczos {largest // tile.scale} times"
            caption = f"model, {tile.scale} times{step}\n{psnr_caption(shown, wanted)}"
            pictures.append(DemoImage(name=f"x{tile.scale}", pixels=shown, caption=caption, made=True))
        if wanted is not None:
            caption = f"original, before it was made {sample.shrink} times smaller"
            pictures.append(DemoImage(pixels=wanted, caption=caption))
        yield Strip(name=sample.name, lines=(tuple(pictures), *detail_lines(pictures, sample)))
    for session in sessions:
        session.close()


def _even(pixels: Pixels, factor: int) -> Pixels:
    """Cut to sides that are multiples of `factor`."""
    height, width = (side // factor * factor for side in pixels.shape[:2])
    return pixels[:height, :width]


def _shrunk(pixels: Pixels, factor: int) -> Pixels:
    """Each pixel the mean of a square of `factor` pixels each way."""
    height, width = (side // factor for side in pixels.shape[:2])
    return np.asarray(pixels.reshape(height, factor, width, factor, 3).mean(axis=(1, 3)), np.float64)
