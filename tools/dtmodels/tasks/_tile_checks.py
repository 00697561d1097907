"""Run a graph that takes tiles on three inputs: one tile, its right neighbour (twice), and a black tile.

The first has full size, because it is darktable's own call; golden statistics and times refer to it. The neighbour is a
strip of the height of a tile and four overlaps wide, which suffices to find seams. The black tile is a square of that
width, which suffices to find divisions by zero. If these find a problem, the check is repeated with full tiles, since a
graph may work at its own size only.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dtmodels.findings.check_report import CheckProblem, warning
from dtmodels.graph.failures import GraphFailure, LimitReached
from dtmodels.graph.inspect import Graph
from dtmodels.graph.resize_inputs import load_resized
from dtmodels.graph.runtime import Runtime, Session
from dtmodels.package.tile_sizes import MIN_OVERLAPS
from dtmodels.tasks._graph_run import check_finite, check_repeatable, run_failure
from dtmodels.tasks._protocol import Call, Model
from dtmodels.tasks._seeded_input import Image, seeded_image, uniform_image
from dtmodels.tasks._tile_contract import Tile, call_tile

MAX_GAIN = 8.0
"""Largest ratio of output to input; above it the output has other units, such as 0..255."""
MAX_SEAM = 0.05
"""Largest difference at a seam, as a fraction of the output's range."""


def run_tile(model: Model, runtime: Runtime, tile: Tile) -> Iterator[CheckProblem | Call]:
    """Run one graph as darktable does, on two neighbouring tiles of an image and on a black tile."""
    size = tile.size(model) or 0
    whole = seeded_image(tile.channels, size, 2 * (size - tile.overlap))
    try:
        session = model.open(runtime, tile.file)
        left, seconds = call_tile(session, tile, whole[..., :size])
        session.close()
        outputs = {session.outputs[0].name: left}
        name = tile.file.removesuffix(".onnx")
        yield Call(name=name, file=tile.file, seconds=seconds, outputs=outputs, opening=session.opening)
        if infinite := list(check_finite(tile.file, outputs, "an image")):
            yield from infinite
            return
        yield from _check_scale(tile, whole, left)
        yield from _check_neighbour_and_black(model, runtime, tile, whole, left)
    except GraphFailure as exc:
        yield run_failure(tile.file, exc)


def _check_neighbour_and_black(
    model: Model, runtime: Runtime, tile: Tile, whole: Image, left: NDArray[np.float32]
) -> Iterator[CheckProblem]:
    """Check the right neighbour of the tile `left` and a black tile; on smaller strips first."""
    size = whole.shape[-2]
    if size > MIN_OVERLAPS * tile.overlap and _strip_is_sound(model.graphs[tile.file], runtime, tile, whole, left):
        return
    session = model.open(runtime, tile.file)
    yield from _check_width(session, tile, whole, left, size)
    session.close()


def _strip_is_sound(graph: Graph, runtime: Runtime, tile: Tile, whole: Image, left: NDArray[np.float32]) -> bool:
    """True if the graph runs on strips, and they show no problem."""
    width = MIN_OVERLAPS * tile.overlap
    shapes = {tensor.name: (*tensor.shape[:2], "rows", width) for tensor in graph.inputs}
    try:
        with tempfile.TemporaryDirectory() as scratch:
            session = load_resized(graph.path, shapes, runtime, Path(scratch) / "strip.onnx")
            problems = list(_check_width(session, tile, whole, left, width))
            session.close()
    except LimitReached:
        raise
    except GraphFailure:
        return False
    return not problems


def _check_width(
    session: Session, tile: Tile, whole: Image, left: NDArray[np.float32], width: int
) -> Iterator[CheckProblem]:
    """Check a neighbour and a black tile of this width."""
    name, start = session.outputs[0].name, whole.shape[-2] - 2 * tile.overlap
    right, again = (call_tile(session, tile, whole[..., start : start + width])[0] for _ in range(2))
    if infinite := list(check_finite(tile.file, {"of the next tile": right}, "an image")):
        yield from infinite
    elif different := list(check_repeatable(tile.file, {name: right}, {name: again})):
        yield from different
    else:
        yield from _check_seam(tile, left, right)
    black, _ = call_tile(session, tile, uniform_image(0, tile.channels, width, width))
    yield from check_finite(tile.file, {name: black}, "a black image")


def _check_scale(tile: Tile, image: Image, output: NDArray[np.float32]) -> Iterator[CheckProblem]:
    if np.abs(output).max() > MAX_GAIN * image.max():
        what = f"maximum output is {np.abs(output).max():.3g} for an image of 0..1"
        yield warning("run.scale", tile.file, what, "let the graph return values in the range of its input, 0..1")


def _check_seam(tile: Tile, left: NDArray[np.float32], right: NDArray[np.float32]) -> Iterator[CheckProblem]:
    """Check that two neighbouring tiles agree where darktable cuts between them."""
    cut, step = tile.overlap * tile.scale, left.shape[-1] - 2 * tile.overlap * tile.scale
    reference = left.astype(np.float64)
    difference = float(np.abs(reference[..., cut:-cut, step + cut] - right[..., cut:-cut, cut]).max())
    span = float(np.ptp(reference)) or 1.0
    if difference > MAX_SEAM * span:
        what = (
            f"neighbouring tiles differ by {difference / span:.0%} of the range where darktable cuts: seams are visible"
        )
        yield warning("run.seam", tile.file, what, f"limit the receptive-field radius to {tile.overlap} pixels")
