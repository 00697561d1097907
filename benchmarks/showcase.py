"""The image in README: an edit by darktable, recovered by proxies from the two images alone.

    .venv/bin/python -m benchmarks.showcase [--out docs/images/showcase.png]

darktable exports a photograph that no proxy was trained on, with three modules. A search through the chain of their
proxies starts from darktable's defaults and recovers the sliders; the image shows input, darktable, the proxies at the
recovered sliders, their difference, and for each slider its true and its recovered value.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from dtbase.imaging.psnr import psnr
from dtbase.system.files import atomic_file
from dtbase.terminal.console import Console
from dtproxies.images.metrics import CAP
from dtproxies.images.module_spaces import to_display
from dtproxies.images.user_image import read_user_image
from dtproxies.pipeline.chain import as_pixels, as_tensor
from dtproxies.pipeline.open_pipeline import open_pipeline
from dtproxies.pipeline.request import ModuleRequest, Request
from dtproxies.pipeline.steps import LINEAR, PipelineStep
from dtproxies.regress.command import render
from dtproxies.regress.image_loss import Target
from dtproxies.regress.search import Settings, search
from dtproxies.vocabulary.axis import axis

PHOTOGRAPH, MODELS, OUT = Path("images/proxy/chelsea.png"), Path("models"), Path("docs/images/showcase.png")
LONGEST = 360
"""Longer side of the photograph, in pixels."""
AMPLIFICATION = 1_000
"""Of the difference, so that a reader sees where it is."""
EDIT: Mapping[str, Mapping[str, float]] = {
    "exposure": {"exposure": 0.5, "black": 0.004},
    "colorbalancergb": {"saturation_global": 0.35, "hue_angle": -14.0},
    "vignette": {"scale": 45.0, "brightness": -0.6, "saturation": -0.4},
}
"""The sliders that are moved; all others stay at darktable's defaults. The search knows which, not where."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Showcase:
    """All that is drawn."""

    before: NDArray[np.float64]
    """H x W x 3, display-referred, like the others."""
    darktable: NDArray[np.float64]
    proxies: NDArray[np.float64]
    psnr: float
    evaluations: int
    sliders: Sequence[tuple[str, float, float]]
    """Name, true and recovered position between both ends of the range, 0 to 1."""


def main(arguments: Sequence[str] = ()) -> int:
    """Recover, draw, and print the PSNR and the largest slider error."""
    parser = argparse.ArgumentParser(prog="benchmarks.showcase")
    parser.add_argument("--out", type=Path, default=OUT, help="PNG to write")
    asked = parser.parse_args(arguments)
    console = Console()
    found = recover(console)
    asked.out.parent.mkdir(parents=True, exist_ok=True)
    draw(asked.out, found)
    worst = max(abs(true - recovered) for _, true, recovered in found.sliders)
    console.say(
        f"{asked.out}: {found.psnr:.1f} dB, {len(found.sliders)} sliders recovered in {found.evaluations} "
        f"evaluations, largest error {worst:.2%} of the range"
    )
    return 0


def recover(console: Console) -> Showcase:
    """Export the edit with darktable, then search its sliders."""
    photograph = read_user_image(PHOTOGRAPH, console.note, longest=LONGEST)
    request = Request(modules=[ModuleRequest(module=name, free=tuple(sliders)) for name, sliders in EDIT.items()])
    with open_pipeline(request, photograph, MODELS) as opened:
        chain, light = opened.chain.double(), as_tensor(photograph.pixels, torch.float64)
        truth = [replace(one, sliders={**one.sliders, **EDIT[one.module.name]}) for one in chain.steps]
        after = render(opened, truth, photograph)
        target = Target(light=as_tensor(after, torch.float64), clipped=False)
        found = search(chain, light, target, Settings(), console)
        at = [replace(one, sliders=values) for one, values in zip(truth, found.sliders, strict=True)]
        with torch.no_grad():
            made = as_pixels(chain.light(light, [torch.tensor([list(one.sliders.values())]) for one in at]))
    shown = [to_display(pixels, LINEAR) for pixels in (photograph.pixels, after, made)]
    return Showcase(
        before=shown[0],
        darktable=shown[1],
        proxies=shown[2],
        psnr=psnr(shown[2], shown[1], cap=CAP),
        evaluations=found.evaluations,
        sliders=list(_positions(truth, at)),
    )


def _positions(truth: Sequence[PipelineStep], at: Sequence[PipelineStep]) -> Any:
    for true, recovered in zip(truth, at, strict=True):
        for slider in true.module.sliders:
            if slider.name in EDIT[true.module.name]:
                along = axis(slider)
                shares = [
                    (float(along.coordinates(one.sliders[slider.name])) - along.low) / (along.high - along.low)
                    for one in (true, recovered)
                ]
                yield f"{true.module.name}.{slider.name}", *shares


def draw(path: Path, found: Showcase) -> None:
    """Write the image: four panels above, one line per slider below."""
    from matplotlib.figure import Figure

    difference = np.abs(found.proxies - found.darktable)
    panels = {
        "input": found.before,
        "darktable 5.4.1": found.darktable,
        f"proxies: {found.psnr:.0f} dB PSNR": found.proxies,
        f"difference x {AMPLIFICATION:,}": np.clip(difference * AMPLIFICATION, 0, 1),
    }
    height, width = found.before.shape[:2]
    top, below = 3.0 * height / width, 0.2 * len(found.sliders) + 0.55
    figure = Figure(figsize=(12, top + below + 0.5), layout="constrained")
    parts: Any = figure.subfigures(2, 1, height_ratios=[top + 0.3, below])
    for axes, (title, pixels) in zip(parts[0].subplots(1, len(panels)), panels.items(), strict=True):
        axes.imshow(pixels)
        axes.set_title(title, fontsize=11)
        axes.set_axis_off()
    axes = parts[1].subplots()
    rows = range(len(found.sliders))
    axes.hlines(rows, 0, 1, color="0.85", linewidth=3, zorder=1)
    axes.scatter([true for _, true, _ in found.sliders], rows, s=90, facecolors="none", edgecolors="black", zorder=2)
    axes.scatter([recovered for *_, recovered in found.sliders], rows, s=18, color="tab:red", zorder=3)
    axes.set_yticks(rows, [name for name, *_ in found.sliders], fontsize=9)
    axes.set_xticks([0, 1], ["low end of the slider", "high end"], fontsize=9)
    axes.set_title("sliders: circle = darktable's, dot = recovered from the two images", fontsize=10)
    axes.invert_yaxis()
    axes.spines[["top", "right", "left", "bottom"]].set_visible(False)
    axes.tick_params(length=0)
    with atomic_file(path) as part:
        figure.savefig(part, format="png", dpi=100, metadata={"Software": None})


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
