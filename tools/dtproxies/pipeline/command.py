"""Command `pipeline`: run a chain of proxies on an image, and compare it with darktable."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np

from dtbase.image_files.write_image import write_image
from dtbase.system.files import json_text, write_text
from dtbase.terminal.console import Console
from dtproxies.images.image import LinearImage, Pixels
from dtproxies.images.module_spaces import from_space
from dtproxies.images.user_image import check_exportable, read_user_image
from dtproxies.pipeline.accuracy import compare_with_darktable, print_accuracy
from dtproxies.pipeline.chain import run
from dtproxies.pipeline.open_pipeline import Pipeline, open_pipeline
from dtproxies.pipeline.reference_render import ModuleIO, export_pipeline, render_each_module, sidecar_of
from dtproxies.pipeline.request import read_request
from dtproxies.pipeline.steps import PipelineStep

INPUT_COPY = "picture.pfm"


def pipeline_command(
    console: Console,
    requested: str,
    image: Path,
    directory: Path,
    *,
    models: Path,
    skip: Collection[str],
    longest: int,
    every: bool,
    evaluate: bool,
    as_json: bool,
) -> None:
    """Run a pipeline on the image file `image` and write its output into `directory`.

    Raises:
        Failure, WrongUsage, NothingToDo: as `read_request` and `open_pipeline`, or the image cannot be read.
    """
    request, source = read_request(requested), read_user_image(image, console.note, longest=longest)
    if evaluate:
        check_exportable(image, source)
    with open_pipeline(request, source, models, skip) as pipeline:
        outputs = run(pipeline.chain, source.pixels)
        _write_outputs(directory, pipeline.chain.steps, outputs, every=every)
        write_edit(directory, pipeline, source)
        if not evaluate:
            console.say(f"{directory / 'result.png'}: {' > '.join(step.module.name for step in pipeline.chain.steps)}")
            return
        rendered, exported = _render_with_darktable(console, pipeline, source)
        if every:
            for number, (step, module_io) in enumerate(zip(pipeline.chain.steps, exported, strict=True), 1):
                _write(directory / f"{number}-{step.module.name}-darktable.png", module_io.output, step)
        results = compare_with_darktable(pipeline.chain, source.pixels, outputs, rendered, exported)
    if as_json:
        console.say(json_text([asdict(one) for one in results]).rstrip())
    else:
        print_accuracy(console, results)


def write_edit(
    directory: Path, pipeline: Pipeline, source: LinearImage, steps: Sequence[PipelineStep] | None = None
) -> Path:
    """Write the image as linear light, with a sidecar that darktable opens; return the path of the sidecar.

    The file has to be linear, because modules before the input profile get its values unchanged.
    """
    write_image(directory / INPUT_COPY, source.pixels)
    path = directory / f"{INPUT_COPY}.xmp"
    write_text(path, sidecar_of(steps or pipeline.chain.steps, pipeline.order, pipeline.renderer.layouts))
    return path


def _render_with_darktable(
    console: Console, pipeline: Pipeline, source: LinearImage
) -> tuple[list[ModuleIO], list[ModuleIO]]:
    steps = pipeline.chain.steps
    with console.progress("rendering in darktable, module by module and by its own pipe", 2) as advance:
        rendered = render_each_module(pipeline.renderer, steps, source.pixels)
        advance(1)
        exported = export_pipeline(pipeline.darktable, steps, pipeline.order, source.pixels, pipeline.renderer.layouts)
        advance(1)
    return rendered, exported


def _write_outputs(directory: Path, steps: Sequence[PipelineStep], outputs: Sequence[Pixels], *, every: bool) -> None:
    if every:
        for number, (step, pixels) in enumerate(zip(steps, outputs, strict=True), 1):
            _write(directory / f"{number}-{step.module.name}.png", pixels, step)
    _write(directory / "result.png", outputs[-1], steps[-1])
    _write(directory / "result.pfm", outputs[-1], steps[-1])


def _write(path: Path, pixels: Pixels, step: PipelineStep) -> None:
    write_image(path, np.asarray(from_space(pixels.astype(np.float64), step.result_space), np.float32))
