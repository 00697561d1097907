"""Plots of a search: its convergence, and the output of the chain during it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from dtbase.imaging.contact_sheet import DisplayImage, difference_image, write_contact_sheet
from dtbase.system.files import atomic_directory, atomic_file
from dtproxies.images.image import Pixels
from dtproxies.images.module_spaces import to_display
from dtproxies.images.video import FRAME
from dtproxies.pipeline.chain import Chain, as_pixels
from dtproxies.pipeline.steps import LINEAR
from dtproxies.regress.descent import Descent, ImprovedStep
from dtproxies.regress.search import SearchResult

FRAMES = 48
"""Maximum number of frames of an animation."""


def draw_convergence(path: Path, result: SearchResult, title: str) -> None:
    """Plot the loss of every descent over the evaluations, the best one on top."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 4.5), layout="constrained")
    axes = figure.subplots()
    for one in result.descents:
        _line(axes, one, best=one is result.best)
    axes.set_xlabel("evaluations of the chain")
    axes.set_ylabel("mean square difference")
    axes.set_title(f"{title}: {result.psnr:.1f} dB after {result.evaluations} evaluations")
    axes.grid(alpha=0.3)
    with atomic_file(path) as part:
        figure.savefig(part, format="png", dpi=100, metadata={"Software": None})


def draw_frames(directory: Path, chain: Chain, result: SearchResult, light: Tensor, target: Pixels) -> int:
    """Write the output of the chain during the best descent, next to the target image.

    Args:
        directory: directory for numbered PNGs; replaced atomically.
        chain: chain of proxies.
        result: result of the search.
        light: [1, 3, H, W], the input image.
        target: the target image, H x W x 3, linear Rec709.

    Returns:
        Number of written frames.
    """
    path = result.best.path
    chosen = [path[at] for at in np.unique(np.linspace(0, len(path) - 1, FRAMES).round().astype(int))] if path else []
    with atomic_directory(directory) as part:
        for number, step in enumerate(chosen):
            row = [_frame_image(chain, result, light, step), DisplayImage(to_display(target, LINEAR), "target")]
            write_contact_sheet([row], part / (FRAME % number))
    return len(chosen)


def write_comparison(path: Path, captioned: Sequence[tuple[str, Pixels]]) -> None:
    """Write captioned images, linear Rec709, next to each other, and the difference of the last two."""
    images = [(caption, to_display(pixels, LINEAR)) for caption, pixels in captioned]
    row = [DisplayImage(pixels, caption) for caption, pixels in images]
    write_contact_sheet([[*row, difference_image(images[-1][1], images[-2][1])]], path)


def _line(axes: object, one: Descent, *, best: bool) -> None:
    style = {"color": "tab:red", "zorder": 3} if best else {"color": "tab:grey", "linewidth": 0.8}
    evaluations, losses = [step.evaluation for step in one.path], [step.loss for step in one.path]
    axes.semilogy(evaluations, losses, marker=".", markersize=3, **style)  # type: ignore[attr-defined]


def _frame_image(chain: Chain, result: SearchResult, light: Tensor, step: ImprovedStep) -> DisplayImage:
    with torch.no_grad():
        sliders = result.best.parameters.sliders(torch.tensor(step.variables, dtype=light.dtype))
        output = as_pixels(chain.light(light, sliders))
    return DisplayImage(to_display(output, LINEAR), f"evaluation {step.evaluation}\nmean square {step.loss:.1e}")
