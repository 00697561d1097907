"""proxy: an image and slider positions in, the output of a darktable module out.

Lua scripts and the tools of this project run proxies; no C code does. Inputs are `image` [1, 3, height, width] with
unbounded values; `sliders` [1, P] in darktable's own units, if there are any; and `frame` [1, 4], if the module depends
on the position in the frame: left and top of the image in the frame, width and height of the frame, in pixels. The
output `output` has the size of `image`. A mosaic has one channel; its output has one in the space `raw`, else three.
Attributes are the module's name, its `sliders` with their ranges, `reach`, the receptive-field radius in pixels, which
is the overlap that tiles need, and `frame`, the values of that input and their unit, if the graph has it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dtmodels.findings.check_report import CheckProblem, error, warning
from dtmodels.graph.failures import GraphFailure
from dtmodels.graph.inspect import Graph
from dtmodels.graph.operators import WEBGPU
from dtmodels.graph.runtime import Runtime, Session
from dtmodels.package.config_reader import PackageConfig
from dtmodels.tasks._demo import Sample, Strip
from dtmodels.tasks._golden_pairs import compare_pairs
from dtmodels.tasks._graph_run import check_finite, check_repeatable, run_failure
from dtmodels.tasks._graphs import check_provider, shape_text
from dtmodels.tasks._lua_contract import FILE, check_lua
from dtmodels.tasks._protocol import IN_LUA, Call, Model
from dtmodels.tasks._proxy_call import call_proxy
from dtmodels.tasks._proxy_demo import strip
from dtmodels.tasks._seeded_input import Image, seeded_image, seeded_scene_linear_image
from dtmodels.tasks._sliders import check_attributes, check_frame, slider_positions

RUN_BY = IN_LUA
FILES = (FILE,)
OPTIONAL: tuple[str, ...] = ()
ATTRIBUTES: tuple[str, ...] = ()
SMALL = (96, 128)
CORE = 64
"""Side of the tile centre that is compared with the whole image."""
MAX_RADIUS = 4096
"""Largest receptive-field radius in pixels; above it, tiling is useless."""
TILE_ERROR = 1e-5
"""Largest difference between a tile and the whole image, as a fraction of the range of values."""
LAB = np.array([100, 128, 128], np.float32)[:, None, None]


def check(model: Model) -> Iterator[CheckProblem]:
    """See `dtmodels.tasks._protocol.Task.check`."""
    yield from check_attributes(model.config)
    if FILE in model.graphs:
        graph = model.graphs[FILE]
        yield from check_lua(graph)
        yield from check_provider(graph, WEBGPU)
        yield from _check_tensors(graph, model.config)


def run(model: Model, runtime: Runtime) -> Iterator[CheckProblem | Call]:
    """See `dtmodels.tasks._protocol.Task.run`."""
    try:
        session = model.open(runtime, FILE)
        yield from _run(model, session)
        session.close()
    except GraphFailure as exc:
        yield run_failure(FILE, exc)


def measure(model: Model, runtime: Runtime, golden: Path) -> Mapping[str, float]:
    """See `dtmodels.tasks._protocol.HasGoldenPairs.measure`."""
    session = model.open(runtime, FILE)
    results = compare_pairs(
        session, golden, space=model.config.string("output_space") or model.config.string("space") or ""
    )
    session.close()
    return results


def demo(model: Model, runtime: Runtime, samples: Sequence[Sample]) -> Iterator[Strip]:
    """See `dtmodels.tasks._protocol.HasDemo.demo`."""
    session = model.open(runtime, FILE)
    for sample in samples:
        yield strip(model, session, sample)
    session.close()


def _check_tensors(graph: Graph, config: PackageConfig) -> Iterator[CheckProblem]:
    sliders = config.attribute("sliders")
    count, space = len(sliders) if isinstance(sliders, list) else 0, config.string("space") or ""
    names = tuple(tensor.name for tensor in graph.inputs), tuple(tensor.name for tensor in graph.outputs)
    expected = ("image", "sliders") if count else ("image",)
    if names not in ((expected, ("output",)), ((*expected, "frame"), ("output",))):
        tensors = f"{', '.join(names[0])} -> {', '.join(names[1])}"
        what = (
            f"tensors are {tensors}; a proxy has {', '.join(expected)} -> output, and may have the frame as last input"
        )
        yield error("proxy.tensors", FILE, what, "export with these names, in this order")
        return
    yield from check_frame(config, taken="frame" in names[0])
    image = graph.inputs[0]
    channels = _channels(space)
    if len(image.shape) != 4 or image.shape[1] != channels or image.shape[0] != 1:
        what = f"image is {shape_text(image.shape)} instead of 1 x {channels} x height x width"
        yield error("proxy.image", FILE, what, "export it with this shape")
    if count and (sliders := graph.inputs[1]).shape != (1, count):
        what = f"sliders is {shape_text(sliders.shape)}, but config.json names {count}: it has to be 1 x {count}"
        yield error("proxy.sliders", FILE, what, "list the inputs in attributes.sliders, in order")
    if any(isinstance(dim, int) for dim in image.shape[2:]):
        what = f"image has the fixed size {shape_text(image.shape)}: a script has to use tiles of this size only"
        yield warning("proxy.fixed-size", FILE, what, "export with symbolic height and width")


def _fixed(session: Session) -> tuple[int, int] | None:
    height, width = session.inputs[0].shape[-2:]
    return (height, width) if isinstance(height, int) and isinstance(width, int) else None


def _run(model: Model, session: Session) -> Iterator[CheckProblem | Call]:
    space = model.config.string("space") or ""
    output_space = model.config.string("output_space") or space
    sizes = [fixed] if (fixed := _fixed(session)) else [SMALL, (SMALL[1] + 1, SMALL[0] - 1)]
    for number, sliders in enumerate(slider_positions(model.config)):
        for height, width in sizes:
            image = _sample(height, width, space=space, unbounded=False)
            result = call_proxy(session, image, sliders)
            if not number:
                again = call_proxy(session, image, sliders)
                yield from check_repeatable(FILE, result.outputs, again.outputs)
                yield Call(
                    name=f"model {height}x{width}",
                    file=FILE,
                    seconds=result.seconds,
                    outputs=result.outputs,
                    opening=session.opening,
                )
            yield from check_finite(FILE, result.outputs, f"sliders {sliders.tolist()[0]}")
            yield from _check_shape(result.outputs["output"], image, _channels(output_space))
        unbounded = call_proxy(session, _sample(*sizes[0], space=space, unbounded=True), sliders)
        yield from check_finite(
            FILE, unbounded.outputs, f"negative and very bright values, sliders {sliders.tolist()[0]}"
        )
    reach = model.config.attribute("reach")
    if isinstance(reach, int) and not fixed:
        yield from _check_tile(session, reach, next(iter(slider_positions(model.config))), space=space)


def _sample(height: int, width: int, *, space: str, unbounded: bool) -> Image:
    """Sample in the module's space: RGB, Lab with L in 0..100 and a, b around zero, or a mosaic."""
    channels = _channels(space)
    image = seeded_scene_linear_image(channels, height, width) if unbounded else seeded_image(channels, height, width)
    if space == "lab":
        image = (image - np.array([0, 0.5, 0.5], np.float32)[:, None, None]) * LAB
    return image


def _channels(space: str) -> int:
    return 1 if space == "raw" else 3


def _check_shape(output: NDArray[Any], image: Image, channels: int) -> Iterator[CheckProblem]:
    expected = (image.shape[0], channels, *image.shape[2:])
    if output.shape != expected:
        what = f"output is {shape_text(output.shape)} for an image of {shape_text(image.shape)}"
        yield error("proxy.shape", FILE, what, f"return an image of the input's size: {shape_text(expected)}")


def _check_tile(session: Session, radius: int, sliders: NDArray[np.float32], *, space: str) -> Iterator[CheckProblem]:
    """Check that tiles with an overlap of `radius` pixels match a wide image, and a high one, at their centres."""
    if radius > MAX_RADIUS:
        what = f"a reach of {radius} pixels leaves nothing of a tile"
        yield error("proxy.reach", FILE, what, f"write a reach of at most {MAX_RADIUS}, or 'all'")
        return
    # the Bayer pattern repeats every two pixels, so tiles of a mosaic start at even positions
    radius += radius % 2 if space == "raw" else 0
    length = 2 * CORE + 2 * radius
    images = [_sample(*size, space=space, unbounded=False) for size in ((CORE, length), (length, CORE))]
    difference = max(_tile_error(session, image, radius, sliders) for image in images)
    if difference > TILE_ERROR:
        what = (
            f"a tile with an overlap of {radius} pixels differs from the whole image by {difference:.2g} of the range"
        )
        yield error("proxy.reach", FILE, what, "fix attributes.reach, or the network")


def _tile_error(session: Session, image: Image, radius: int, sliders: NDArray[np.float32]) -> float:
    """Largest difference of a tile along the longer side, as a fraction of the range of values."""
    height, width = image.shape[2:]
    axis, corner = (3, (CORE // 2, 0)) if width > height else (2, (0, CORE // 2))
    tile = np.ascontiguousarray(image.take(range(CORE // 2, CORE // 2 + CORE + 2 * radius), axis))
    output = call_proxy(session, tile, sliders, (*corner, width, height)).outputs["output"]
    whole = call_proxy(session, image, sliders).outputs["output"].astype(np.float64)
    core = whole.take(range(CORE // 2 + radius, CORE // 2 + radius + CORE), axis)
    return float(np.abs(core - output.take(range(radius, radius + CORE), axis)).max() / (np.ptp(whole) or 1.0))
