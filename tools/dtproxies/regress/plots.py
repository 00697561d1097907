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
from dtproxies.regress.search import Found

FRAMES = 48
"""Of an animation, at most."""


def draw_convergence(path: Path, found: Found, title: str) -> None:
    """Plot the loss of every descent over the evaluations, the best one on top."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 4.5), layout="constrained")
    axes = figure.subplots()
    for one in found.descents:
        _line(axes, one, best=one is found.best)
    axes.set_xlabel("evaluations of the chain")
    axes.set_ylabel("mean square difference")
    axes.set_title(f"{title}: {found.psnr:.1f} dB after {found.evaluations} evaluations")
    axes.grid(alpha=0.3)
    with atomic_file(path) as part:
        figure.savefig(part, format="png", dpi=100, metadata={"Software": None})


def draw_frames(directory: Path, chain: Chain, found: Found, light: Tensor, wanted: Pixels) -> int:
    """Write the output of the chain during the best descent, next to the target image.

    Args:
        directory: for numbered PNGs; replaced as a whole.
        chain: that was searched.
        found: what came of it.
        light: [1, 3, H, W], the image before.
        wanted: the image after, H x W x 3, linear Rec709.

    Returns:
        How many were written.
    """
    path = found.best.path
    chosen = [path[at] for at in np.unique(np.linspace(0, len(path) - 1, FRAMES).round().astype(int))] if path else []
    with atomic_directory(directory) as part:
        for number, seen in enumerate(chosen):
            row = [_made(chain, found, light, seen), DisplayImage(to_display(wanted, LINEAR), "wanted")]
            write_contact_sheet([row], part / (FRAME % number))
    return len(chosen)


def write_comparison(path: Path, captioned: Sequence[tuple[str, Pixels]]) -> None:
    """Write captioned images, linear Rec709, next to each other, and the difference of the last two."""
    looks = [(caption, to_display(pixels, LINEAR)) for caption, pixels in captioned]
    row = [DisplayImage(pixels, caption) for caption, pixels in looks]
    write_contact_sheet([[*row, difference_image(looks[-1][1], looks[-2][1])]], path)


def _line(axes: object, one: Descent, *, best: bool) -> None:
    look = {"color": "tab:red", "zorder": 3} if best else {"color": "tab:grey", "linewidth": 0.8}
    numbers, losses = [seen.evaluation for seen in one.path], [seen.loss for seen in one.path]
    axes.semilogy(numbers, losses, marker=".", markersize=3, **look)  # type: ignore[attr-defined]


def _made(chain: Chain, found: Found, light: Tensor, seen: ImprovedStep) -> DisplayImage:
    with torch.no_grad():
        sliders = found.best.unknowns.sliders(torch.tensor(seen.numbers, dtype=light.dtype))
        made = as_pixels(chain.light(light, sliders))
    return DisplayImage(to_display(made, LINEAR), f"evaluation {seen.evaluation}\nmean square {seen.loss:.1e}")
