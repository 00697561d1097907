"""denoise: an sRGB-encoded tile in, the same tile without noise out.

darktable clamps the input to 0..1, cuts tiles with 64 shared pixels on each side and no blending, and fills a second
input, where there is one, with the noise level 25/255.
"""

from __future__ import annotations

from collections.abc import Iterator

from dtmodels.graph.runtime import Runtime
from dtmodels.report import Problem
from dtmodels.tasks._attributes import check_boost
from dtmodels.tasks._protocol import Call, Model
from dtmodels.tasks._tiles import Tile, check_tile, run_tile

TILE = Tile(file="model.onnx", sizes=("input_sizes",), channels=3, scale=1, overlap=64, extra=True)
FILES = (TILE.file,)
OPTIONAL: tuple[str, ...] = ()


def check(model: Model) -> Iterator[Problem]:
    """See `dtmodels.tasks._protocol.Task.check`."""
    yield from check_tile(model, TILE)
    yield from check_boost(model)


def run(model: Model, runtime: Runtime) -> Iterator[Problem | Call]:
    """See `dtmodels.tasks._protocol.Task.run`."""
    yield from run_tile(model, runtime, TILE)
