"""depth: an image in, the depth of each pixel out. Lua scripts run it; no C code of darktable does.

The image is stretched to the size of the graph (518 x 518 in the known models), ImageNet-normalised RGB; the
output is one plane [1, height, width] or [1, 1, height, width] of inverse or relative depth, scaled by the caller.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from dtmodels.findings.check_report import CheckProblem, warning
from dtmodels.graph.runtime import Runtime
from dtmodels.tasks._demo import DemoImage, Pixels, Sample, Strip, resize, shrink_to_fit, to_planar
from dtmodels.tasks._lua_contract import FILE, check_images, check_lua, run_once, sample_image, sides
from dtmodels.tasks._protocol import IN_LUA, Call, Model

RUN_BY = IN_LUA
FILES = (FILE,)
OPTIONAL: tuple[str, ...] = ()
ATTRIBUTES: tuple[str, ...] = ()
MEAN, STANDARD_DEVIATION = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])
"""ImageNet mean and standard deviation for 0..1."""
LONGEST = 1024
COLOURS = "inferno"
"""Colour map of matplotlib, perceptually uniform from dark to bright."""
PERCENTILES = (2, 98)
"""Percentiles of the depth that map to the darkest and the brightest colour."""
SKY_THRESHOLD = 0.5
"""Threshold of the second output, if a graph has one: values above it are sky."""


def check(model: Model) -> Iterator[CheckProblem]:
    """See `dtmodels.tasks._protocol.Task.check`."""
    if FILE in model.graphs:
        yield from check_lua(model.graphs[FILE])
        yield from check_images(model.graphs[FILE], (3,))


def run(model: Model, runtime: Runtime) -> Iterator[CheckProblem | Call]:
    """See `dtmodels.tasks._protocol.Task.run`."""
    for result in run_once(model, runtime, [sample_image(model.graphs[FILE])]):
        yield result
        if isinstance(result, Call) and np.unique(next(iter(result.outputs.values()))).size == 1:
            yield warning("depth.flat", FILE, "all pixels have the same depth", "check the normalisation")


def demo(model: Model, runtime: Runtime, samples: Sequence[Sample]) -> Iterator[Strip]:
    """See `dtmodels.tasks._protocol.HasDemo.demo`: inverse depth, as a colour map and as a grey image.

    A graph with one output returns inverse depth; one with two returns depth and a sky score.
    """
    session = model.open(runtime, FILE)
    height, width = sides(session.inputs[0])
    for sample in samples:
        pixels = shrink_to_fit(sample.read(), LONGEST)
        small = resize(pixels, width, height, Image.Resampling.BILINEAR)
        outputs = list(session.call(to_planar((small - MEAN) / STANDARD_DEVIATION)[None]).outputs.values())
        inverse = _normalised_inverse_depth(*(plane.reshape(height, width).astype(np.float64) for plane in outputs[:2]))
        whole = resize(inverse, pixels.shape[1], pixels.shape[0], Image.Resampling.BILINEAR)
        yield Strip(name=sample.name, lines=(tuple(_images(pixels, whole)),))
    session.close()


def _normalised_inverse_depth(depth: NDArray[Any], sky: NDArray[Any] | None = None) -> NDArray[np.float64]:
    """Inverse depth, scaled so that `PERCENTILES` map to 0 (far) and 1 (near)."""
    inverse = depth if sky is None else 1 / np.maximum(np.where(sky > SKY_THRESHOLD, depth.max(), depth), 1e-6)
    low, high = np.percentile(inverse, PERCENTILES)
    return np.asarray(np.clip((inverse - low) / max(high - low, 1e-12), 0, 1))


def _images(pixels: Pixels, inverse: NDArray[Any]) -> Iterator[DemoImage]:
    from matplotlib import colormaps

    yield DemoImage(name="before", pixels=pixels, caption="photograph")
    coloured = colormaps[COLOURS](inverse)[..., :3]
    yield DemoImage(name="after", pixels=coloured, caption="depth\nnear is bright, far is dark", from_model=True)
    grey = np.repeat(inverse[..., None], 3, axis=2)
    yield DemoImage(name="mask", pixels=grey, caption="the same as a mask\n(relative, no metres)", from_model=True)
