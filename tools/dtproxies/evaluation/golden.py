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
from dtproxies.render.pairs import SupportsRendering, render_pairs
from dtproxies.render.session import session

PAIRS = 8
SIDE = 64
"""Side of the images, in pixels."""
SEED = 2_000_003
"""Seed of positions, crops and charts; different from those of training and evaluation."""


def golden(
    definition: ProxyDefinition,
    renderer: SupportsRendering,
    photographs: Sequence[LinearImage],
    path: Path,
    *,
    darktable: str,
    pairs: int = PAIRS,
) -> None:
    """Render pairs and write them as safetensors: `input` and `output` [N, 3, H, W], `sliders` [N, P], all float32.

    The first pair has all sliders at their default. The metadata name the images and the versions of darktable and
    module.

    Args:
        definition: definition of the module.
        renderer: renderer of the module, for images of 64 x 64 pixels.
        photographs: photographs that the proxy was not trained on.
        path: path of the file; it is written atomically.
        darktable: version of darktable that renders.
        pairs: number of pairs.

    Raises:
        Failure: the module did not run.
    """
    module = definition.module
    default = np.array([[slider.default for slider in module.sliders]])
    positions = np.concatenate([default, sample(module, pairs - 1, seed=SEED, reachable=definition.reachable)])
    images = ImageSequence(photographs=photographs, side=SIDE, seed=SEED)
    rendered = list(render_pairs(module, renderer, images, positions))
    tensors: dict[str, NDArray[Any]] = {
        "input": np.stack([pair.before.transpose(2, 0, 1) for pair in rendered]),
        "sliders": np.stack([pair.sliders for pair in rendered]),
        "output": np.stack([pair.after.transpose(2, 0, 1) for pair in rendered]),
    }
    facts = {
        "darktable": darktable,
        "module": module.name,
        "module_version": str(module.version),
        "pictures": json.dumps([pair.name for pair in rendered]),
        "sliders": json.dumps([slider.name for slider in module.sliders]),
        "space": module.space,
        **({"output_space": module.result_space} if module.result_space != module.space else {}),
    }
    write_tensors(path, tensors, facts)


def golden_module(name: str, path: Path, images: Path) -> None:
    """Render the golden file of the module `name` with the installed darktable.

    Raises:
        WrongUsage: no module of this name has a proxy.
        Failure: as in `golden`, or there is no darktable or no photograph.
    """
    with session(name, images, "evaluate", side=SIDE) as opened:
        golden(opened.definition, opened.renderer, opened.photographs, path, darktable=opened.darktable)
