"""upscale: an sRGB-encoded tile in, the tile upscaled by two or four out.

darktable offers both factors, so a package contains both files; tiles share 16 pixels on each side and are not blended.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from dtmodels.findings.check_report import CheckProblem
from dtmodels.graph.runtime import Runtime
from dtmodels.package.tile_sizes import TASK_TILES
from dtmodels.tasks._attributes import check_boost
from dtmodels.tasks._demo import DemoImage, Pixels, Sample, Strip, centre_crop, detail_lines, resize
from dtmodels.tasks._protocol import IN_DARKTABLE, Call, Model
from dtmodels.tasks._srgb import psnr_caption, run_on_image
from dtmodels.tasks._tile_checks import run_tile
from dtmodels.tasks._tile_contract import Tile, check_tile

TILES = tuple(
    Tile(
        file=f"model_x{scale}.onnx",
        sizes=(f"model_x{scale}.input_sizes", "input_sizes"),
        channels=3,
        scale=scale,
        tiling=TASK_TILES["upscale"],
    )
    for scale in (2, 4)
)
RUN_BY = IN_DARKTABLE
FILES = tuple(tile.file for tile in TILES)
OPTIONAL: tuple[str, ...] = ()
ATTRIBUTES = ("shadow_boost", *(path for tile in TILES for path in tile.sizes))
MAX_SIDE = 224
"""Maximum side of the centre crop of a sample, in pixels: one tile of the usual size of x4."""


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
    """See `dtmodels.tasks._protocol.HasDemo.demo`: upscaled by Lanczos, and by each file, all resized to one size."""
    sessions = [model.open(runtime, tile.file) for tile in TILES]
    largest = TILES[-1].scale
    for sample in samples:
        original = _crop_to_multiple(sample.read(), sample.shrink or 1)
        small = _downscale(original, sample.shrink) if sample.shrink else centre_crop(original, MAX_SIDE)
        height, width = (largest * side for side in small.shape[:2])
        reference = resize(original, width, height) if sample.shrink else None
        baseline = np.clip(resize(small, width, height), 0, 1)
        images = [
            DemoImage(
                name="before", pixels=baseline, caption=f"Lanczos, {largest} times\n{psnr_caption(baseline, reference)}"
            )
        ]
        for tile, session in zip(TILES, sessions, strict=True):
            output = run_on_image(model, session, tile, small)
            resized = np.clip(resize(output, width, height), 0, 1)
            step = "" if tile.scale == largest else f", then Lanczos {largest // tile.scale} times"
            caption = f"model, {tile.scale} times{step}\n{psnr_caption(resized, reference)}"
            images.append(DemoImage(name=f"x{tile.scale}", pixels=resized, caption=caption, from_model=True))
        if reference is not None:
            caption = f"original, before downscaling by {sample.shrink}"
            images.append(DemoImage(pixels=reference, caption=caption))
        yield Strip(name=sample.name, lines=(tuple(images), *detail_lines(images, sample)))
    for session in sessions:
        session.close()


def _crop_to_multiple(pixels: Pixels, factor: int) -> Pixels:
    """Crop to sides that are multiples of `factor`."""
    height, width = (side // factor * factor for side in pixels.shape[:2])
    return pixels[:height, :width]


def _downscale(pixels: Pixels, factor: int) -> Pixels:
    """Downscale: each pixel is the mean of a square of `factor` x `factor` pixels."""
    height, width = (side // factor for side in pixels.shape[:2])
    return np.asarray(pixels.reshape(height, factor, width, factor, 3).mean(axis=(1, 3)), np.float64)
