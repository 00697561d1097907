"""depth: a picture in, how far away each pixel is out. No C code of darktable runs it; Lua scripts do.

The picture is stretched to the size of the graph (518 x 518 in the known models), ImageNet-normalised RGB; the
output is one plane [1, height, width] or [1, 1, height, width] of inverse or relative depth, scaled by the caller.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from dtmodels.graph.runtime import Runtime
from dtmodels.report import Problem, warning
from dtmodels.tasks._lua import FILE, check_images, check_lua, run_once, sample_picture
from dtmodels.tasks._protocol import Call, Model

FILES = (FILE,)
OPTIONAL: tuple[str, ...] = ()


def check(model: Model) -> Iterator[Problem]:
    """See `dtmodels.tasks._protocol.Task.check`."""
    if FILE in model.graphs:
        yield from check_lua(model.graphs[FILE])
        yield from check_images(model.graphs[FILE], (3,))


def run(model: Model, runtime: Runtime) -> Iterator[Problem | Call]:
    """See `dtmodels.tasks._protocol.Task.run`."""
    for found in run_once(model, runtime, [sample_picture(model.graphs[FILE])]):
        yield found
        if isinstance(found, Call) and np.unique(next(iter(found.outputs.values()))).size == 1:
            yield warning("depth.flat", FILE, "every pixel is equally far away", "look at the normalisation")
