"""Checks of tasks that Lua scripts run through `darktable.ai`, without C code of their own.

The interface passes float32 only, up to eight dimensions. It allocates outputs at run time, so sizes may be symbolic.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dtmodels.findings.check_report import CheckProblem, TensorFacts, error
from dtmodels.graph.failures import GraphFailure
from dtmodels.graph.inspect import Graph
from dtmodels.graph.runtime import Runtime
from dtmodels.tasks._graph_run import check_finite, check_repeatable, run_failure
from dtmodels.tasks._graphs import shape_text
from dtmodels.tasks._protocol import Call, Model
from dtmodels.tasks._seeded_input import seeded_image

FILE = "model.onnx"
MAX_RANK = 8
MAX_ELEMENTS = 1 << 26
"""Largest number of elements of a fixed-size input: 256 MiB, an RGB image of 22 megapixels."""
FREE_SIDE = 256
"""Width and height of the sample if they are symbolic."""


def check_lua(graph: Graph) -> Iterator[CheckProblem]:
    """Check that Lua's tensors support the element types and dimensions."""
    for kind, tensors in (("input", graph.inputs), ("output", graph.outputs)):
        for tensor in tensors:
            if tensor.dtype != "float32":
                what = f"{kind} {tensor.name} is {tensor.dtype}, darktable's Lua knows float32 only"
                yield error(f"lua.{kind}-type", graph.name, what, "cast inside the graph")
            if len(tensor.shape) > MAX_RANK:
                what = f"{kind} {tensor.name} has {len(tensor.shape)} dimensions, darktable's Lua knows {MAX_RANK}"
                yield error(f"lua.{kind}-rank", graph.name, what, "reshape it")
            elif (count := math.prod(dim for dim in tensor.shape if isinstance(dim, int))) > MAX_ELEMENTS:
                what = f"{kind} {tensor.name} is {shape_text(tensor.shape)}, {count * 4 / (1 << 30):.3g} GiB"
                reason = "no script can pass so much in one call"
                fix = "export it for tiles, or with symbolic height and width"
                yield error(f"lua.{kind}-size", graph.name, what, fix, reason=reason)


def check_images(graph: Graph, channels: Sequence[int]) -> Iterator[CheckProblem]:
    """Check that the inputs are images with these numbers of channels, in this order."""
    if len(graph.inputs) != len(channels):
        what = f"has {len(graph.inputs)} inputs, the task passes {len(channels)}"
        yield error("graph.inputs", graph.name, what, f"export with {len(channels)}")
        return
    for tensor, count in zip(graph.inputs, channels, strict=True):
        if len(tensor.shape) != 4 or tensor.shape[1] != count:
            what = f"input {tensor.name} is {shape_text(tensor.shape)}, the task passes 1 x {count} x height x width"
            yield error("lua.input-shape", graph.name, what, "export it with this shape")


def sides(tensor: TensorFacts) -> tuple[int, int]:
    """Height and width to run an image input at."""
    height, width = (dim if isinstance(dim, int) and dim > 0 else FREE_SIDE for dim in tensor.shape[-2:])
    return height, width


def run_once(model: Model, runtime: Runtime, values: Sequence[NDArray[Any]]) -> Iterator[CheckProblem | Call]:
    """Run `model.onnx` once with inputs by position."""
    try:
        session = model.open(runtime, FILE)
        result, again = session.call(*values), session.call(*values)
        session.close()
    except GraphFailure as exc:
        yield run_failure(FILE, exc)
        return
    yield Call(name="model", file=FILE, seconds=result.seconds, outputs=result.outputs, opening=session.opening)
    yield from check_finite(FILE, result.outputs, "an image")
    yield from check_repeatable(FILE, result.outputs, again.outputs)


def sample_image(graph: Graph, seed: int = 0) -> NDArray[np.float32]:
    """The seeded sample for a graph whose first input is an RGB image."""
    return seeded_image(3, *sides(graph.inputs[0]), seed)
