"""Golden file: small rendered images, stored with a model, to check it without darktable."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dtproxies.images.image import LinearImage
from dtproxies.images.training_images import ImageSequence
from dtproxies.proxy.definition import ProxyDefinition
from dtproxies.proxy.sampling import sample
from dtproxies.proxy.tensors import write_tensors
from dtproxies.render.pairs import Renders, render_pairs
from dtproxies.render.session import session

PAIRS = 8
SIDE = 64
"""Of the images, in pixels."""
SEED = 2_000_003
"""Of positions, crops and charts: neither those of fitting nor those of evaluation."""


def golden(
    definition: ProxyDefinition,
    renderer: Renders,
    photographs: Sequence[LinearImage],
    path: Path,
    *,
    darktable: str,
    pairs: int = PAIRS,
) -> None:
    """Render pairs and write them as safetensors: `input` and `output` [N, 3, H, W], `sliders` [N, P], all float32.

    The first pair has all sliders at their default. The metadata say which darktable and module rendered what.

    Args:
        definition: the module.
        renderer: set up for the module and images of 64 x 64 pixels.
        photographs: photographs that the proxy was not fitted on.
        path: of the file; it is written atomically.
        darktable: version of the darktable behind the renderer.
        pairs: how many.

    Raises:
        Failure: the module did not run.
    """
    module = definition.module
    default = np.array([[slider.default for slider in module.sliders]])
    positions = np.concatenate([default, sample(module, pairs - 1, seed=SEED, reachable=definition.reachable)])
    scenes = ImageSequence(photographs=photographs, side=SIDE, seed=SEED)
    made = list(render_pairs(module, renderer, scenes, positions))
    tensors: dict[str, NDArray[Any]] = {
        "input": np.stack([pair.before.transpose(2, 0, 1) for pair in made]),
        "sliders": np.stack([pair.sliders for pair in made]),
        "output": np.stack([pair.after.transpose(2, 0, 1) for pair in made]),
    }
    facts = {
        "darktable": darktable,
        "module": module.name,
        "module_version": str(module.version),
        "pictures": json.dumps([pair.name for pair in made]),
        "sliders": json.dumps([slider.name for slider in module.sliders]),
        "space": module.space,
        **({"output_space": module.result_space} if module.result_space != module.space else {}),
    }
    write_tensors(path, tensors, facts)


def golden_module(name: str, path: Path, images: Path) -> None:
    """Render the golden file of the module `name` with the installed darktable.

    Raises:
        WrongUsage: no proxy of such a module is known.
        Failure: as `golden`, or there is no darktable or no photograph.
    """
    with session(name, images, "evaluate", side=SIDE) as given:
        golden(given.definition, given.renderer, given.photographs, path, darktable=given.darktable)
