"""What a graph that takes tiles is seen to do: one whole tile, its right neighbour, and a black one.

Only the first has to be whole: it is darktable's own call, and what the golden statistics and the time are of. Seams
and divisions by zero show in a strip as well, as high as a tile and four overlaps wide: to the left of the cut it ends
where the neighbour does, to the right three overlaps of image are left. Of black a square of that width will do.
Where these find nothing, they are believed; otherwise whole tiles decide: a graph may work at no size but its own.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dtmodels.findings.check_report import CheckProblem, warning
from dtmodels.graph.inspect import Graph
from dtmodels.graph.resize_inputs import load_resized
from dtmodels.graph.runtime import GraphFailure, Runtime, Session
from dtmodels.tasks._graph_run import check_finite, run_failure
from dtmodels.tasks._protocol import Call, Model
from dtmodels.tasks._seeded_input import Image, seeded_image, uniform_image
from dtmodels.tasks._tile_contract import MIN_OVERLAPS, Tile, call_tile

MAX_GAIN = 8.0
"""An output that exceeds its input by this factor is in other units, such as 0..255."""
MAX_SEAM = 0.05
"""Share of the output's range."""


def run_tile(model: Model, runtime: Runtime, tile: Tile) -> Iterator[CheckProblem | Call]:
    """Run one graph as darktable does, on an image of two neighbouring tiles and on black."""
    size = tile.size(model) or 0
    whole = seeded_image(tile.channels, size, 2 * (size - tile.overlap))
    try:
        session = runtime.load(model.directory / tile.file)
        left, seconds = call_tile(session, tile, whole[..., :size])
        session.close()
        outputs = {session.outputs[0].name: left}
        yield Call(name=tile.file.removesuffix(".onnx"), file=tile.file, seconds=seconds, outputs=outputs)
        if infinite := list(check_finite(tile.file, outputs, "a picture")):
            yield from infinite
            return
        yield from _check_scale(tile, whole, left)
        yield from _further(model.graphs[tile.file], runtime, tile, whole, left)
    except GraphFailure as exc:
        yield run_failure(tile.file, exc)


def _further(
    graph: Graph, runtime: Runtime, tile: Tile, whole: Image, left: NDArray[np.float32]
) -> Iterator[CheckProblem]:
    """What the neighbour of the tile `left` and a black one show; on strips, where these are fine."""
    size, strip = whole.shape[-2], MIN_OVERLAPS * tile.overlap
    if strip < size:
        with contextlib.suppress(GraphFailure), tempfile.TemporaryDirectory() as scratch:
            shapes = {tensor.name: (*tensor.shape[:2], "rows", strip) for tensor in graph.inputs}
            session = load_resized(graph.path, shapes, runtime, Path(scratch) / "strip.onnx")
            found = list(_seen(session, tile, whole, left, strip))
            session.close()
            if not found:
                return
    session = runtime.load(graph.path)
    yield from _seen(session, tile, whole, left, size)
    session.close()


def _seen(session: Session, tile: Tile, whole: Image, left: NDArray[np.float32], width: int) -> Iterator[CheckProblem]:
    """What neighbour and black show when they are so wide."""
    name, start = session.outputs[0].name, whole.shape[-2] - 2 * tile.overlap
    right, _ = call_tile(session, tile, whole[..., start : start + width])
    if infinite := list(check_finite(tile.file, {"of the next tile": right}, "a picture")):
        yield from infinite
    else:
        yield from _check_seam(tile, left, right)
    black, _ = call_tile(session, tile, uniform_image(0, tile.channels, width, width))
    yield from check_finite(tile.file, {name: black}, "a black picture")


def _check_scale(tile: Tile, given: Image, output: NDArray[np.float32]) -> Iterator[CheckProblem]:
    if np.abs(output).max() > MAX_GAIN * given.max():
        what = f"output reaches {np.abs(output).max():.3g} for an image of 0..1"
        yield warning("run.scale", tile.file, what, "let the graph return what it was given: 0..1")


def _check_seam(tile: Tile, left: NDArray[np.float32], right: NDArray[np.float32]) -> Iterator[CheckProblem]:
    """Two neighbouring tiles must agree where darktable cuts from one to the other."""
    cut, step = tile.overlap * tile.scale, left.shape[-1] - 2 * tile.overlap * tile.scale
    exact = left.astype(np.float64)
    apart = float(np.abs(exact[..., cut:-cut, step + cut] - right[..., cut:-cut, cut]).max())
    spread = float(np.ptp(exact)) or 1.0
    if apart > MAX_SEAM * spread:
        what = f"neighbouring tiles differ by {apart / spread:.0%} of the range where darktable cuts: seams will show"
        yield warning("run.seam", tile.file, what, f"the network must not look further than {tile.overlap} pixels")
