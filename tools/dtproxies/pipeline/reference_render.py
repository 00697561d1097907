"""Render a pipeline with darktable: module by module, and by its own pipe from a sidecar."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from dtproxies.darktable.dump import dump
from dtproxies.darktable.find import Darktable
from dtproxies.darktable.layout import ModuleLayout
from dtproxies.darktable.module_order import Order
from dtproxies.darktable.renderer import Renderer
from dtproxies.darktable.sidecar_writer import Step, sidecar
from dtproxies.images.image import Pixels
from dtproxies.images.module_spaces import convert
from dtproxies.pipeline.steps import LINEAR, PipelineStep


@dataclass(frozen=True, eq=False)
class ModuleIO:
    """Input and output of a module, each H x W x 3 in its own space."""

    input: Pixels
    output: Pixels


def one_by_one(renderer: Renderer, links: Sequence[PipelineStep], light: Pixels) -> list[ModuleIO]:
    """Render through each module in turn; colours are converted here, in double precision.

    Raises:
        Failure: darktable refuses, or crashes.
    """
    passed: list[ModuleIO] = []
    pixels, space = light.astype(np.float64), LINEAR
    for link in links:
        given = np.asarray(convert(pixels, space, link.space), np.float32)
        made = renderer.render(link.module.name, given, link.module.parameters(link.sliders))
        passed.append(ModuleIO(given, made))
        pixels, space = made.astype(np.float64), link.result_space
    return passed


def in_pipe(
    darktable: Darktable,
    links: Sequence[PipelineStep],
    order: Order,
    light: Pixels,
    layouts: Mapping[str, ModuleLayout],
) -> list[ModuleIO]:
    """Export the image with darktable-cli and the sidecar of the pipeline.

    Raises:
        Failure: darktable-cli failed, or skipped a module.
    """
    dumped = dump(darktable, light, steps(links), layouts, order)
    return [ModuleIO(dumped[link.module.name].input, dumped[link.module.name].output) for link in links]


def steps(links: Sequence[PipelineStep]) -> list[Step]:
    """Return the history of the pipeline."""
    return [Step(link.module.name, link.module.parameters(link.sliders)) for link in links]


def sidecar_of(links: Sequence[PipelineStep], order: Order, layouts: Mapping[str, ModuleLayout]) -> str:
    """Return the sidecar with which darktable opens the image."""
    return sidecar(steps(links), layouts, order)
