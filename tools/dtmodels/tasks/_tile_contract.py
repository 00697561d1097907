"""Tile contract of denoise, upscale and rawdenoise, whose graphs take one square tile per call."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dtmodels.findings.check_report import CheckProblem, TensorFacts, error
from dtmodels.graph.failures import GraphFailure
from dtmodels.graph.inspect import Graph
from dtmodels.graph.runtime import Session
from dtmodels.package.tile_sizes import TaskTiles, size_flaw
from dtmodels.tasks._graphs import check_counts, check_inputs_float, check_outputs_float, is_static, shape_text
from dtmodels.tasks._protocol import Model
from dtmodels.tasks._seeded_input import Image, uniform_image

NOISE_LEVEL = 25 / 255
"""Value of the second input, if a graph has one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """Requirements of darktable's code on one file of a tiled task."""

    file: str
    sizes: tuple[str, ...]
    """Attributes with the tile size, in order of precedence."""
    channels: int
    """Channels of the input; the output always has three."""
    scale: int
    """Output pixels per input pixel, in each direction."""
    tiling: TaskTiles
    extra: bool = False
    """True if a second input, the noise level, is allowed."""

    @property
    def overlap(self) -> int:
        """Input pixels that neighbouring tiles share on each side."""
        return self.tiling.overlap

    def size(self, model: Model) -> int | None:
        """Tile size that darktable reads: the first element of the first list that exists."""
        return next((sizes[0] for path in self.sizes if (sizes := model.config.integers(path))), None)


def check_tile(model: Model, tile: Tile) -> Iterator[CheckProblem]:
    """Check one graph, if it exists, and its tile size against the requirements of darktable's code."""
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
    what = "is missing or not a list of integers: darktable does not run the model"
    return error("tile.no-size", f"config.json: attributes.{tile.sizes[0]}", what, "write the tile size: [512]")


def _bad_size(tile: Tile, size: int) -> CheckProblem | None:
    flaw = size_flaw(size, tile.tiling)
    where = f"config.json: attributes.{tile.sizes[0]}"
    return error("tile.size", where, flaw.what, flaw.fix, reason=flaw.reason) if flaw else None


def _check_shapes(graph: Graph, tile: Tile, size: int) -> Iterator[CheckProblem]:
    side = tile.scale * size
    inputs = [(1, tile.channels, size, size), (1, 1, size, size)]
    for tensor, shape in zip(graph.inputs, inputs, strict=False):
        yield from _check_shape(graph, "input", tensor, shape)
    yield from _check_shape(graph, "output", graph.resolved[0], (1, 3, side, side))


def _check_shape(graph: Graph, kind: str, tensor: TensorFacts, expected: tuple[int, ...]) -> Iterator[CheckProblem]:
    code = f"tile.{kind}-shape"
    fix = f"export it with the fixed shape {shape_text(expected)}"
    if not is_static(tensor):
        what = f"{kind} {tensor.name} has the dynamic shape {shape_text(tensor.shape)}"
        reason = "darktable copies the output of such a graph without checking its size"
        yield error(code, graph.name, what, fix, reason=reason)
    elif tensor.shape != expected:
        what = f"{kind} {tensor.name} is {shape_text(tensor.shape)}, darktable passes {shape_text(expected)}"
        yield error(code, graph.name, f"{what}: every run fails", fix)


def call_tile(session: Session, tile: Tile, image: Image) -> tuple[NDArray[np.float32], float]:
    """Run a graph on one tile, `[1, channels, height, width]`; return the output and the wall time in seconds.

    Raises:
        GraphFailure: ONNX Runtime fails, or it returns another size than darktable expects.
    """
    height, width = image.shape[-2:]
    values: list[Image] = [image, uniform_image(NOISE_LEVEL, 1, height, width)][: len(session.inputs)]
    dtypes = [tensor.dtype for tensor in session.inputs]
    result = session.call(*(value.astype(dtype) for value, dtype in zip(values, dtypes, strict=True)))
    output = result.outputs[session.outputs[0].name].astype(np.float32)
    expected = (1, 3, tile.scale * height, tile.scale * width)
    if output.shape != expected:
        what = f"returned {shape_text(output.shape)}, darktable expects {shape_text(expected)}"
        raise GraphFailure(what, where=tile.file)
    return output, result.seconds
