"""erase: an image and the mask of a hole in, the image with the hole filled out. Lua scripts run it, no C code.

Inputs are the image [1, 3, height, width] in 0..1 and the mask [1, 1, height, width] with 1 in the hole; the
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
from dtmodels.tasks._protocol import Call, Model

FILES = (FILE,)
OPTIONAL: tuple[str, ...] = ()
MAX_OUTPUT = 4.0
"""An output that exceeds this is no image of 0..1; 0..255 is the usual mistake."""


def check(model: Model) -> Iterator[CheckProblem]:
    """See `dtmodels.tasks._protocol.Task.check`."""
    if FILE in model.graphs:
        yield from check_lua(model.graphs[FILE])
        yield from check_images(model.graphs[FILE], (3, 1))


def run(model: Model, runtime: Runtime) -> Iterator[CheckProblem | Call]:
    """See `dtmodels.tasks._protocol.Task.run`."""
    image = sample_image(model.graphs[FILE])
    hole = np.zeros_like(image[:, :1])
    height, width = hole.shape[-2:]
    hole[..., height // 3 : height // 2, width // 3 : width // 2] = 1
    for found in run_once(model, runtime, [image, hole]):
        yield found
        if isinstance(found, Call):
            yield from _check_output(found, image.shape)


def demo(model: Model, runtime: Runtime, samples: Sequence[Sample]) -> Iterator[Strip]:
    """See `dtmodels.tasks._protocol.Demonstrates`: what a brush covered, and the image without it."""
    session = runtime.load(model.directory / FILE)
    for sample in samples:
        yield strip(session, sample)
    session.close()


def _check_output(call: Call, wanted: tuple[int, ...]) -> Iterator[CheckProblem]:
    name, output = next(iter(call.outputs.items()))
    if output.shape != wanted:
        what = f"output {name} is {output.shape}, not an image of the input's size {wanted}"
        yield error("erase.shape", FILE, what, "return the whole picture")
    elif np.abs(output).max() > MAX_OUTPUT:
        what = f"output {name} reaches {np.abs(output).max():.3g}, a script takes it for 0..1"
        yield error("erase.scale", FILE, what, "return values of 0..1", reason="everything comes out white")
