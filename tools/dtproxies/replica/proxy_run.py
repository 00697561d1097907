"""Run proxies and technical functions on pixels of darktable's pipe."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from dtproxies.darktable.edit_session import PipePixels, PipeStep
from dtproxies.networks.colour import convert
from dtproxies.pipeline.chain import Chain, as_pixels, as_tensor
from dtproxies.pipeline.steps import PipelineStep
from dtproxies.proxy.runners import FACTORS
from dtproxies.render.torch_threads import half_the_cores
from dtproxies.replica.technical._place import Function
from dtproxies.vocabulary.module import Space


@dataclass(frozen=True, slots=True, eq=False)
class TechnicalStep:
    """Technical module as a function of the pixels."""

    run: Function
    space: Space
    """Colour space of the input pixels."""
    result_space: Space
    """Colour space of the output pixels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProxyStep:
    """Proxy of a module in the pipe of an edit."""

    proxy: PipelineStep
    part: tuple[int, int, int, int] | None = None
    """First row and column, height and width of the part of its output that later modules need; None for all of it."""

    @property
    def result_space(self) -> Space:
        """Colour space of the output pixels."""
        return self.proxy.result_space

    def cut(self, output: Tensor) -> Tensor:
        """Return the part of the output, [1, C, H, W], that later modules need."""
        if self.part is None:
            return output
        row, column, height, width = self.part
        return output[..., row : row + height, column : column + width]


Runnable = ProxyStep | TechnicalStep
"""What runs a module without darktable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """Where the weights of proxies are, and what they need to know of the photograph."""

    models: Path
    """Directory of models."""
    balance: tuple[float, float, float] | None = None
    """White-balance factors of red, green and blue of the photograph; None for an image."""


def run_proxies(steps: Sequence[Runnable], pixels: PipePixels, space: Space, weights: Weights) -> PipePixels:
    """Run neighbouring proxies and functions.

    Args:
        steps: in the order of the pipe.
        pixels: input of the first one.
        space: colour space of the pixels, as `space_before` returns it.
        weights: the weights of the proxies.
    """
    with torch.no_grad(), half_the_cores():
        image = run_tensor(steps, as_tensor(pixels.values[..., :3].copy()), space, weights)
    space = steps[-1].result_space
    output = as_pixels(image)
    if output.shape[2] == 1:
        return PipePixels(output, "raw")
    values = np.zeros((*output.shape[:2], 4), np.float32)
    values[..., :3] = output
    return PipePixels(values, "lab" if space == "lab" else "rgb")


def run_tensor(steps: Sequence[Runnable], image: Tensor, space: Space, weights: Weights) -> Tensor:
    """Run neighbouring proxies and functions on a tensor [1, C, H, W], with gradients to it.

    Args:
        steps: in the order of the pipe.
        image: input of the first one.
        space: its colour space.
        weights: the weights of the proxies.

    Returns:
        The output of the last one, [1, C', H', W'] in its `result_space`.
    """
    for step in steps:
        if isinstance(step, TechnicalStep):
            image = step.run(convert(image, space, step.space))
        else:
            image = step.cut(_run_proxy(step.proxy, image, space, weights))
        space = step.result_space
    return image


def _run_proxy(step: PipelineStep, image: Tensor, space: Space, weights: Weights) -> Tensor:
    chain = Chain.of([step], weights.models)
    for network in chain.networks:
        if FACTORS in (state := network.state_dict()) and weights.balance:
            network.load_state_dict({**state, FACTORS: torch.tensor(weights.balance)})
    result: Tensor = chain(image, chain.positions(image), space)[-1]
    return result


def space_before(steps: Sequence[PipeStep], at: int, pixels: PipePixels) -> Space:
    """Return the colour space of pixels before the step with index `at`."""
    return space_there(steps, at, pixels.space)


def space_there(steps: Sequence[PipeStep], at: int, kind: str) -> Space:
    """Return the colour space of a kind (raw, lab or rgb) before the step with index `at`."""
    if kind == "lab":
        return "lab"
    if kind == "raw":
        return "raw"
    before = {step.module for step in steps[:at]}
    return "display" if "colorout" in before else "work-rgb" if "colorin" in before else "input-rgb"
