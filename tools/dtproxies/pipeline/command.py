"""Command `pipeline`: run a chain of proxies on an image, and compare it with darktable."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np

from dtbase.system.files import json_text, write_text
from dtbase.terminal.console import Console
from dtproxies.images.image import LinearImage, Pixels
from dtproxies.images.image_io import write_image
from dtproxies.images.module_spaces import from_space
from dtproxies.images.user_image import read_user_image
from dtproxies.pipeline.accuracy import judge, report
from dtproxies.pipeline.chain import run
from dtproxies.pipeline.open_pipeline import Pipeline, open_pipeline
from dtproxies.pipeline.reference_render import ModuleIO, in_pipe, one_by_one, sidecar_of
from dtproxies.pipeline.request import read_request
from dtproxies.pipeline.steps import PipelineStep

PICTURE = "picture.pfm"


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
    """Run a pipeline on the image in `image` and write its output into `directory`.

    Raises:
        Failure, WrongUsage, NothingToDo: as `read_request` and `open_pipeline`, or the image cannot be read.
    """
    request, source = read_request(requested), read_user_image(image, longest=longest)
    with open_pipeline(request, source, models, skip) as opened:
        made = run(opened.chain, source.pixels)
        _write_outputs(directory, opened.chain.links, made, every=every)
        write_edit(directory, opened, source)
        if not evaluate:
            console.say(f"{directory / 'result.png'}: {' > '.join(link.module.name for link in opened.chain.links)}")
            return
        rendered, exported = _in_darktable(console, opened, source)
        if every:
            for number, (link, passed) in enumerate(zip(opened.chain.links, exported, strict=True), 1):
                _write(directory / f"{number}-{link.module.name}-darktable.png", passed.output, link)
        judged = judge(opened.chain, source.pixels, made, rendered, exported)
    if as_json:
        console.say(json_text([asdict(one) for one in judged]).rstrip())
    else:
        report(console, judged)


def write_edit(
    directory: Path, opened: Pipeline, source: LinearImage, links: Sequence[PipelineStep] | None = None
) -> Path:
    """Write the image as linear light, with the sidecar with which darktable opens it.

    A file that is not linear would not do: modules before the input profile would see its encoded values.
    """
    write_image(directory / PICTURE, source.pixels)
    path = directory / f"{PICTURE}.xmp"
    write_text(path, sidecar_of(links or opened.chain.links, opened.order, opened.renderer.layouts))
    return path


def _in_darktable(console: Console, opened: Pipeline, source: LinearImage) -> tuple[list[ModuleIO], list[ModuleIO]]:
    links = opened.chain.links
    with console.progress("rendering in darktable, module by module and by its own pipe", 2) as advance:
        rendered = one_by_one(opened.renderer, links, source.pixels)
        advance(1)
        exported = in_pipe(opened.darktable, links, opened.order, source.pixels, opened.renderer.layouts)
        advance(1)
    return rendered, exported


def _write_outputs(directory: Path, links: Sequence[PipelineStep], made: Sequence[Pixels], *, every: bool) -> None:
    if every:
        for number, (link, pixels) in enumerate(zip(links, made, strict=True), 1):
            _write(directory / f"{number}-{link.module.name}.png", pixels, link)
    _write(directory / "result.png", made[-1], links[-1])
    _write(directory / "result.pfm", made[-1], links[-1])


def _write(path: Path, pixels: Pixels, link: PipelineStep) -> None:
    write_image(path, np.asarray(from_space(pixels.astype(np.float64), link.result_space), np.float32))
