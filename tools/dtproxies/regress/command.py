"""Command `regress`: find the sliders that turn one image into another, and render them with darktable."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from dtbase.imaging.psnr import psnr
from dtbase.system.errors import WrongUsage
from dtbase.system.files import json_text, write_json
from dtbase.terminal.console import Console
from dtproxies.images.image import LinearImage, Pixels
from dtproxies.images.image_io import write_image
from dtproxies.images.metrics import CAP
from dtproxies.images.module_spaces import from_space, to_display
from dtproxies.images.user_image import read_user_image
from dtproxies.images.video import write_video
from dtproxies.pipeline.chain import as_pixels
from dtproxies.pipeline.command import write_edit
from dtproxies.pipeline.open_pipeline import Pipeline, open_pipeline
from dtproxies.pipeline.reference_render import in_pipe
from dtproxies.pipeline.request import read_request
from dtproxies.pipeline.steps import LINEAR, PipelineStep, links, usable
from dtproxies.regress.crop import window
from dtproxies.regress.free_parameters import errors
from dtproxies.regress.plots import draw_convergence, draw_frames, write_comparison
from dtproxies.regress.search import Found, Settings, search

LINEAR_FILES = (".pfm",)
"""Files that hold light that is not clipped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Result of a regression."""

    sliders: dict[str, dict[str, float]]
    psnr_chain: float
    """PSNR in dB of the proxies with the found sliders against the target image, in the searched crop."""
    psnr_darktable: float
    """PSNR in dB of darktable's own export with the found sliders, over the whole image."""
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
        The exit code: 1 when darktable's image is farther from the target_image one than `at_least`.

    Raises:
        Failure, WrongUsage, NothingToDo: as `open_pipeline` and `search`, or the images do not fit each other.
    """
    request, source, target_image = read_request(requested), read_user_image(before), read_user_image(after)
    if source.pixels.shape != target_image.pixels.shape:
        sizes = " and ".join(f"{one.pixels.shape[1]} x {one.pixels.shape[0]}" for one in (source, target_image))
        raise WrongUsage(f"the images are of {sizes} pixels", fix="give two of the same size")
    with open_pipeline(request, source, models, skip) as opened:
        known = _truth(truth, opened, skip) if truth else None
        chain = opened.chain.double()
        clipped = after.suffix.lower() not in LINEAR_FILES
        light, target = window(console, chain.links, source.pixels, target_image.pixels, side, clipped=clipped)
        found = search(chain, light, target, settings, console)
        at = [replace(link, sliders=values) for link, values in zip(chain.links, found.sliders, strict=True)]
        write_edit(directory, opened, source, at)
        console.note("rendering in darktable with the found sliders")
        rendered = render(opened, at, source)
        draw_convergence(directory / "convergence.png", found, " > ".join(link.module.name for link in at))
        if animate and draw_frames(directory / "frames", chain, found, light, as_pixels(target.light)) > 1:
            write_video(console, directory / "frames", directory / "search.mp4")
    outcome = _outcome(found, at, rendered, target_image.pixels, known)
    write_image(directory / "darktable.png", rendered)
    looks = [("before", source.pixels), ("darktable, found sliders", rendered), ("target", target_image.pixels)]
    write_comparison(directory / "comparison.png", looks)
    write_json(directory / "found.json", asdict(outcome))
    _report(console, outcome, directory, as_json=as_json)
    if at_least is not None and outcome.psnr_darktable < at_least:
        console.note(f"error: {outcome.psnr_darktable:.1f} dB, and at least {at_least:g} dB are target_image")
        return 1
    return 0


def render(opened: Pipeline, at: Sequence[PipelineStep], source: LinearImage) -> Pixels:
    """Return the render of darktable's own pipe with these sliders, as linear Rec709.

    Raises:
        Failure: darktable-cli failed.
    """
    made = in_pipe(opened.darktable, at, opened.order, source.pixels, opened.renderer.layouts)[-1].output
    return np.asarray(from_space(made.astype(np.float64), at[-1].result_space), np.float32)


def _truth(requested: str, opened: Pipeline, skip: Collection[str]) -> list[PipelineStep]:
    request = read_request(requested)
    there = {one.module for one in request.modules}
    true = links(usable(request, there & set(skip)), opened.order, opened.renderer.layouts)
    names, target_image = ([link.module.name for link in one] for one in (true, opened.chain.links))
    if names != target_image:
        raise WrongUsage(f"the truth has {', '.join(names)}, and the pipeline {', '.join(target_image)}")
    # What is free is a question of the search.
    return [replace(one, free=link.free) for one, link in zip(true, opened.chain.links, strict=True)]


def _outcome(
    found: Found, at: Sequence[PipelineStep], rendered: Pixels, target_image: Pixels, truth: list[PipelineStep] | None
) -> Outcome:
    return Outcome(
        sliders={link.module.name: dict(link.sliders) for link in at},
        psnr_chain=found.psnr,
        psnr_darktable=psnr(to_display(rendered, LINEAR), to_display(target_image, LINEAR), cap=CAP),
        evaluations=found.evaluations,
        errors=errors(truth, found.sliders) if truth else {},
    )


def _report(console: Console, outcome: Outcome, directory: Path, *, as_json: bool) -> None:
    if as_json:
        console.say(json_text(asdict(outcome)).rstrip())
        return
    rows = []
    for module, sliders in outcome.sliders.items():
        for name, value in sliders.items():
            apart = outcome.errors.get(f"{module}.{name}")
            rows.append([f"{module}.{name}", f"{value:.5g}", "" if apart is None else f"{apart:.2%}"])
    console.table(["slider", "found", "error, of its range" if outcome.errors else ""], rows)
    console.say(f"proxies: {outcome.psnr_chain:.1f} dB after {outcome.evaluations} evaluations")
    console.say(f"darktable with these sliders: {outcome.psnr_darktable:.1f} dB PSNR, display-referred, to the target")
    console.say(f"to open in darktable: {directory / 'picture.pfm'} with its sidecar")
