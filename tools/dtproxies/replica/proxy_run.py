"""Run proxies on pixels of darktable's pipe."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from dtproxies.darktable.edit_session import PipePixels, PipeStep
from dtproxies.pipeline.chain import Chain, as_pixels, as_tensor
from dtproxies.pipeline.steps import PipelineStep
from dtproxies.render.torch_threads import half_the_cores
from dtproxies.vocabulary.module import Space


def run_proxies(proxies: Sequence[PipelineStep], pixels: PipePixels, space: Space, models: Path) -> PipePixels:
    """Run neighbouring proxies.

    Args:
        proxies: in the order of the pipe.
        pixels: input of the first one.
        space: colour space of the pixels, as `space_before` returns it.
        models: directory of models with the weights.
    """
    chain = Chain.of(proxies, models)
    image = as_tensor(pixels.values[..., :3].copy())
    with torch.no_grad(), half_the_cores():
        output = as_pixels(chain(image, chain.positions(image), space)[-1])
    values = np.zeros((*output.shape[:2], 4), np.float32)
    values[..., :3] = output
    return PipePixels(values, "lab" if proxies[-1].result_space == "lab" else "rgb")


def space_before(steps: Sequence[PipeStep], at: int, pixels: PipePixels) -> Space:
    """Return the colour space of pixels before the step with index `at`."""
    if pixels.space == "lab":
        return "lab"
    before = {step.module for step in steps[:at]}
    return "display" if "colorout" in before else "work-rgb" if "colorin" in before else "input-rgb"
