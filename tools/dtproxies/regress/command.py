"""Command `regress`: find the sliders that turn one image into another, and render them with darktable."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from dtbase.image_files.write_image import write_image
from dtbase.imaging.psnr import psnr
from dtbase.system.errors import WrongUsage
from dtbase.system.files import json_text, write_json
from dtbase.terminal.console import Console
from dtproxies.images.image import LinearImage, Pixels
from dtproxies.images.metrics import CAP
from dtproxies.images.module_spaces import from_space, to_display
from dtproxies.images.user_image import check_exportable, read_user_image
from dtproxies.images.video import write_video
from dtproxies.pipeline.chain import as_pixels
from dtproxies.pipeline.command import write_edit
from dtproxies.pipeline.edit_parameters import supported_parameters
from dtproxies.pipeline.obstacles import proxied_modules
from dtproxies.pipeline.open_pipeline import Pipeline, open_pipeline
from dtproxies.pipeline.reference_render import export_pipeline
from dtproxies.pipeline.request import read_request
from dtproxies.pipeline.steps import LINEAR, PipelineStep, ordered_steps
from dtproxies.regress.crop import centre_crop
from dtproxies.regress.free_parameters import slider_errors
from dtproxies.regress.plots import draw_convergence, draw_frames, write_comparison
from dtproxies.regress.search import SearchResult, Settings, search


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Result of a regression."""

    sliders: dict[str, dict[str, float]]
    psnr_chain: float
    """PSNR in dB of the proxies with the recovered sliders against the target image, in the searched crop."""
    psnr_darktable: float
    """PSNR in dB of darktable's own export with the recovered sliders, over the whole image."""
    evaluations: int
    errors: dict[str, float]
    """Distance to the true sliders as a fraction of their ranges, if these are known."""


def regress_command(
    console: Console,
    requested: str,
    before: Path,
    after: Path,
    directory: Path,
    *,
    models: Path,
    skip: Collection[str],
    truth: str | None,
    settings: Settings,
    side: int,
    animate: bool,
    at_least: float | None,
    as_json: bool,
) -> int:
    """Search the sliders, write the result into `directory`, and render it with darktable.

    Returns:
        The exit code: 1 when the PSNR of darktable's image against the target is below `at_least`.

    Raises:
        Failure, WrongUsage, NothingToDo: as `open_pipeline` and `search`, or the images differ in size.
    """
    request = read_request(requested)
    source, target_image = (read_user_image(path, console.note) for path in (before, after))
    if source.pixels.shape != target_image.pixels.shape:
        sizes = " and ".join(f"{one.pixels.shape[1]} x {one.pixels.shape[0]}" for one in (source, target_image))
        raise WrongUsage(f"the images have {sizes} pixels", fix="pass two images of the same size")
    check_exportable(before, source)
    with open_pipeline(request, source, models, skip) as pipeline:
        true_steps = _truth(truth, pipeline, source, skip) if truth else None
        chain = pipeline.chain.double()
        light, target = centre_crop(
            console, chain.steps, source.pixels, target_image.pixels, side, clipped=not target_image.floating
        )
        result = search(chain, light, target, settings, console)
        at = [replace(step, sliders=values) for step, values in zip(chain.steps, result.sliders, strict=True)]
        write_edit(directory, pipeline, source, at)
        console.note("rendering in darktable with the recovered sliders")
        rendered = render(pipeline, at, source)
        draw_convergence(directory / "convergence.png", result, " > ".join(step.module.name for step in at))
        if animate and draw_frames(directory / "frames", chain, result, light, as_pixels(target.light)) > 1:
            write_video(console, directory / "frames", directory / "search.mp4")
    outcome = _outcome(result, at, rendered, target_image.pixels, true_steps)
    write_image(directory / "darktable.png", rendered)
    images = [("before", source.pixels), ("darktable, recovered sliders", rendered), ("target", target_image.pixels)]
    write_comparison(directory / "comparison.png", images)
    write_json(directory / "found.json", asdict(outcome))
    _report(console, outcome, directory, as_json=as_json)
    if at_least is not None and outcome.psnr_darktable < at_least:
        console.note(f"error: the PSNR is {outcome.psnr_darktable:.1f} dB, below the required {at_least:g} dB")
        return 1
    return 0


def render(pipeline: Pipeline, at: Sequence[PipelineStep], source: LinearImage) -> Pixels:
    """Return the render of darktable's own pipe with these sliders, as linear Rec709.

    Raises:
        Failure: darktable-cli failed.
    """
    layouts = pipeline.renderer.layouts
    output = export_pipeline(pipeline.darktable, at, pipeline.order, source.pixels, layouts)[-1].output
    return np.asarray(from_space(output.astype(np.float64), at[-1].result_space), np.float32)


def _truth(requested: str, pipeline: Pipeline, source: LinearImage, skip: Collection[str]) -> list[PipelineStep]:
    request = read_request(requested)
    names = {one.module for one in request.modules}
    modules = proxied_modules(request, names & set(skip))
    supported = supported_parameters(modules, pipeline.order, pipeline.renderer, source.pixels, skip)
    true = ordered_steps(supported, pipeline.order, pipeline.renderer.layouts)
    in_truth, in_pipeline = ([step.module.name for step in one] for one in (true, pipeline.chain.steps))
    if in_truth != in_pipeline:
        raise WrongUsage(f"the truth has {', '.join(in_truth)}, but the pipeline has {', '.join(in_pipeline)}")
    # The search decides which sliders are free.
    return [replace(one, free=step.free) for one, step in zip(true, pipeline.chain.steps, strict=True)]


def _outcome(
    result: SearchResult,
    at: Sequence[PipelineStep],
    rendered: Pixels,
    target_image: Pixels,
    truth: list[PipelineStep] | None,
) -> Outcome:
    return Outcome(
        sliders={step.module.name: dict(step.sliders) for step in at},
        psnr_chain=result.psnr,
        psnr_darktable=psnr(to_display(rendered, LINEAR), to_display(target_image, LINEAR), cap=CAP),
        evaluations=result.evaluations,
        errors=slider_errors(truth, result.sliders) if truth else {},
    )


def _report(console: Console, outcome: Outcome, directory: Path, *, as_json: bool) -> None:
    if as_json:
        console.say(json_text(asdict(outcome)).rstrip())
        return
    rows = []
    for module, sliders in outcome.sliders.items():
        for name, value in sliders.items():
            error = outcome.errors.get(f"{module}.{name}")
            rows.append([f"{module}.{name}", f"{value:.5g}", "" if error is None else f"{error:.2%}"])
    console.table(["slider", "recovered", "error, of its range" if outcome.errors else ""], rows)
    console.say(f"proxies: {outcome.psnr_chain:.1f} dB after {outcome.evaluations} evaluations")
    console.say(f"darktable with these sliders: {outcome.psnr_darktable:.1f} dB PSNR, display-referred, to the target")
    console.say(f"to open in darktable: {directory / 'picture.pfm'} with its sidecar")
