"""Tasks whose graph takes one square tile after the other: denoise, upscale and rawdenoise."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dtmodels.findings.check_report import CheckProblem, TensorFacts, error
from dtmodels.graph.inspect import Graph
from dtmodels.graph.runtime import GraphFailure, Session
from dtmodels.tasks._graphs import check_counts, check_inputs_float, check_outputs_float, is_static, shape_text
from dtmodels.tasks._protocol import Model
from dtmodels.tasks._seeded_input import Image, uniform_image

NOISE_LEVEL = 25 / 255
"""What darktable fills the second input with, where a graph has one."""
MIN_OVERLAPS = 4
"""A tile must be at least so many overlaps wide; then at least half of each tile is new image."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """What darktable's code demands of one file of a tiled task."""

    file: str
    sizes: tuple[str, ...]
    """Attributes that may hold the tile size, first one first."""
    channels: int
    """Of the input; the output always has three."""
    scale: int
    """Output pixels per input pixel, each way."""
    overlap: int
    """Input pixels that neighbouring tiles share on each side."""
    extra: bool = False
    """Whether a second input, the noise level, may be there."""
    guarded: bool = False
    """Whether darktable itself refuses tiles that are all overlap, instead of dividing by zero."""

    def size(self, model: Model) -> int | None:
        """The tile size T darktable reads: the first element of the first list that is there."""
        return next((sizes[0] for path in self.sizes if (sizes := model.config.integers(path))), None)


def check_tile(model: Model, tile: Tile) -> Iterator[CheckProblem]:
    """Hold one graph, if it is there, and its tile size against what darktable's code demands."""
    if (graph := model.graphs.get(tile.file)) is None:
        return
    yield from check_counts(graph, (1, 2) if tile.extra else (1,), (1,))
    yield from check_inputs_float(graph)
    yield from check_outputs_float(graph)
    size = tile.size(model)
    if size is None:
        yield _no_size(tile)
    elif problem := _bad_size(tile, size):
        yield problem
    elif len(graph.inputs) in {1, 2} and len(graph.outputs) == 1:
        yield from _check_shapes(graph, tile, size)


def _no_size(tile: Tile) -> CheckProblem:
    what = "is missing or no list of numbers: darktable refuses to run the model"
    return error("tile.no-size", f"config.json: attributes.{tile.sizes[0]}", what, "write the tile size: [512]")


def _bad_size(tile: Tile, size: int) -> CheckProblem | None:
    where = f"config.json: attributes.{tile.sizes[0]}"
    least, useful = 2 * tile.overlap, MIN_OVERLAPS * tile.overlap
    fix = f"export for tiles of at least {useful} x {useful}"
    if size == least and not tile.guarded:
        what = f"tiles of {size} pixels are nothing but overlap: darktable divides by zero and crashes"
        return error("tile.size", where, what, fix)
    if size <= least:
        what = f"tile size {size} leaves nothing beside the overlap of {tile.overlap} on each side: every run fails"
        return error("tile.size", where, what, fix)
    if size < useful:
        what = (
            f"tiles of {size} pixels advance by only {size - least}: {(size / (size - least)) ** 2:.0f} times the work"
        )
        return error("tile.size", where, what, fix, reason="darktable runs it, too slowly to be used")
    return None


def _check_shapes(graph: Graph, tile: Tile, size: int) -> Iterator[CheckProblem]:
    wide = tile.scale * size
    inputs = [(1, tile.channels, size, size), (1, 1, size, size)]
    for tensor, wanted in zip(graph.inputs, inputs, strict=False):
        yield from _check_shape(graph, "input", tensor, wanted)
    yield from _check_shape(graph, "output", graph.resolved[0], (1, 3, wide, wide))


def _check_shape(graph: Graph, kind: str, tensor: TensorFacts, wanted: tuple[int, ...]) -> Iterator[CheckProblem]:
    code = f"tile.{kind}-shape"
    fix = f"export it with the fixed shape {shape_text(wanted)}"
    if not is_static(tensor):
        what = f"{kind} {tensor.name} has the dynamic shape {shape_text(tensor.shape)}"
        reason = "darktable copies what such a graph returns without checking its size"
        yield error(code, graph.name, what, fix, reason=reason)
    elif tensor.shape != wanted:
        what = f"{kind} {tensor.name} is {shape_text(tensor.shape)}, darktable passes {shape_text(wanted)}"
        yield error(code, graph.name, f"{what}: every run fails", fix)


def call_tile(session: Session, tile: Tile, image: Image) -> tuple[NDArray[np.float32], float]:
    """What a graph makes of one tile, `[1, channels, height, width]`, and how many seconds it took.

    Raises:
        GraphFailure: ONNX Runtime refuses it, or it returns another size than darktable expects.
    """
    height, width = image.shape[-2:]
    values: list[Image] = [image, uniform_image(NOISE_LEVEL, 1, height, width)][: len(session.inputs)]
    wanted = [tensor.dtype for tensor in session.inputs]
    result = session.call(*(value.astype(dtype) for value, dtype in zip(values, wanted, strict=True)))
    output = result.outputs[session.outputs[0].name].astype(np.float32)
    expected = (1, 3, tile.scale * height, tile.scale * width)
    if output.shape != expected:
        what = f"returned {shape_text(output.shape)}, darktable expects {shape_text(expected)}"
        raise GraphFailure(what, where=tile.file)
    return output, result.seconds
