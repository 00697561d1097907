"""Render a pipeline with darktable: module by module, and by its own pipe from a sidecar."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from dtproxies.darktable.dump import dump
from dtproxies.darktable.find import Darktable
from dtproxies.darktable.layout import ModuleLayout
from dtproxies.darktable.module_order import Order
from dtproxies.darktable.parameter_text import encode
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


def render_each_module(renderer: Renderer, steps: Sequence[PipelineStep], light: Pixels) -> list[ModuleIO]:
    """Render each module in turn, on the output of the one before; colours are converted here, in float64.

    Raises:
        Failure: darktable fails or crashes.
    """
    results: list[ModuleIO] = []
    pixels, space = light.astype(np.float64), LINEAR
    for step in steps:
        before = np.asarray(convert(pixels, space, step.space), np.float32)
        name = step.module.name
        after = renderer.render_parameters(name, before, step.encoded(renderer.layouts[name]))
        results.append(ModuleIO(before, after))
        pixels, space = after.astype(np.float64), step.result_space
    return results


def export_pipeline(
    darktable: Darktable,
    steps: Sequence[PipelineStep],
    order: Order,
    light: Pixels,
    layouts: Mapping[str, ModuleLayout],
) -> list[ModuleIO]:
    """Export the image with darktable-cli and the sidecar of the pipeline.

    Raises:
        Failure: darktable-cli failed, or skipped a module.
    """
    dumped = dump(darktable, light, history_of(steps, layouts), layouts, order)
    return [ModuleIO(dumped[step.module.name].input, dumped[step.module.name].output) for step in steps]


def history_of(steps: Sequence[PipelineStep], layouts: Mapping[str, ModuleLayout]) -> list[Step]:
    """Return the edit history of a sidecar for the pipeline."""
    return [Step(step.module.name, params=encode(step.encoded(layouts[step.module.name]))) for step in steps]


def sidecar_of(steps: Sequence[PipelineStep], order: Order, layouts: Mapping[str, ModuleLayout]) -> str:
    """Return the text of a sidecar that applies the pipeline in darktable."""
    return sidecar(history_of(steps, layouts), layouts, order)
