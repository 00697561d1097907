"""upscale: an sRGB-encoded tile in, the same tile two or four times as large out.

darktable shows both factors, so a package holds both files; tiles share 16 pixels on each side and are not blended.
"""

from __future__ import annotations

from collections.abc import Iterator

from dtmodels.graph.runtime import Runtime
from dtmodels.report import Problem
from dtmodels.tasks._attributes import check_boost
from dtmodels.tasks._protocol import Call, Model
from dtmodels.tasks._tiles import Tile, check_tile, run_tile

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


def check(model: Model) -> Iterator[Problem]:
    """See `dtmodels.tasks._protocol.Task.check`."""
    for tile in TILES:
        yield from check_tile(model, tile)
    yield from check_boost(model)


def run(model: Model, runtime: Runtime) -> Iterator[Problem | Call]:
    """See `dtmodels.tasks._protocol.Task.run`."""
    for tile in TILES:
        yield from run_tile(model, runtime, tile)
