"""erase: an image and a mask in, the inpainted image out. Lua scripts run it; no C code does.

Inputs are the image [1, 3, height, width] in 0..1 and the mask [1, 1, height, width], 1 in the masked region; the
output is the whole image in 0..1.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from dtmodels.findings.check_report import CheckProblem, error
from dtmodels.graph.runtime import Runtime
from dtmodels.tasks._demo import Sample, Strip
from dtmodels.tasks._erase_demo import strip
from dtmodels.tasks._lua_contract import FILE, check_images, check_lua, run_once, sample_image
from dtmodels.tasks._protocol import IN_LUA, Call, Model

RUN_BY = IN_LUA
FILES = (FILE,)
OPTIONAL: tuple[str, ...] = ()
ATTRIBUTES: tuple[str, ...] = ()
MAX_OUTPUT = 4.0
"""Largest magnitude of an output in 0..1, with tolerance; 0..255 is the usual error."""


def check(model: Model) -> Iterator[CheckProblem]:
    """See `dtmodels.tasks._protocol.Task.check`."""
    if FILE in model.graphs:
        yield from check_lua(model.graphs[FILE])
        yield from check_images(model.graphs[FILE], (3, 1))


def run(model: Model, runtime: Runtime) -> Iterator[CheckProblem | Call]:
    """See `dtmodels.tasks._protocol.Task.run`."""
    image = sample_image(model.graphs[FILE])
    mask = np.zeros_like(image[:, :1])
    height, width = mask.shape[-2:]
    mask[..., height // 3 : height // 2, width // 3 : width // 2] = 1
    for result in run_once(model, runtime, [image, mask]):
        yield result
        if isinstance(result, Call):
            yield from _check_output(result, image.shape)


def demo(model: Model, runtime: Runtime, samples: Sequence[Sample]) -> Iterator[Strip]:
    """See `dtmodels.tasks._protocol.HasDemo.demo`: the area of a brush, and the image with it erased."""
    session = model.open(runtime, FILE)
    for sample in samples:
        yield strip(session, sample)
    session.close()


def _check_output(call: Call, expected: tuple[int, ...]) -> Iterator[CheckProblem]:
    name, output = next(iter(call.outputs.items()))
    if output.shape != expected:
        what = f"output {name} is {output.shape}, not an image of the input's size {expected}"
        yield error("erase.shape", FILE, what, "return the whole image")
    elif np.abs(output).max() > MAX_OUTPUT:
        what = f"output {name} has values up to {np.abs(output).max():.3g}, a script expects 0..1"
        yield error("erase.scale", FILE, what, "return values of 0..1", reason="the image would be white")
