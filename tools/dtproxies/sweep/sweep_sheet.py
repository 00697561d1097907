"""Contact sheet of a sweep: images at some slider values, and the error at all of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from dtbase.system.files import atomic_file
from dtproxies.sweep.frame import Frame
from dtproxies.vocabulary.module import Slider

COLUMNS = 6
"""Maximum number of values that are drawn as images."""


def draw_sweep(path: Path, name: str, slider: Slider, frames: Sequence[Frame], *, amplify: float) -> None:
    """Write the sheet as a PNG: rows for darktable, the proxy and their difference, and the curve below."""
    from matplotlib.figure import Figure

    chosen = np.unique(np.linspace(0, len(frames) - 1, COLUMNS).round().astype(int))
    height, width = frames[0].darktable.shape[:2]
    side = 2.2
    figure = Figure(figsize=(side * len(chosen) + 1, 3 * side * height / width + 3), layout="constrained")
    parts: Any = figure.subfigures(2, 1, height_ratios=[3 * side * height / width, 2.6])
    top, below = parts
    grid = top.subplots(3, len(chosen), squeeze=False)
    for column, at in enumerate(chosen):
        frame = frames[at]
        images = (frame.darktable, frame.proxy, frame.difference * amplify)
        for row, pixels in enumerate(images):
            _show(grid[row, column], pixels)
        grid[0, column].set_title(_value(slider, frame.value), fontsize=9)
        grid[2, column].set_xlabel(f"{frame.psnr:.1f} dB", fontsize=9)
    for row, label in enumerate(("darktable", "proxy", f"difference x {amplify:g}")):
        grid[row, 0].set_ylabel(label)
    _curve(below.subplots(), name, slider, frames)
    with atomic_file(path) as part:
        figure.savefig(part, format="png", dpi=110, metadata={"Software": None})


def _show(axes: Any, pixels: Any) -> None:
    axes.imshow(np.clip(pixels, 0, 1))
    axes.set_xticks([])
    axes.set_yticks([])


def _curve(axes: Any, name: str, slider: Slider, frames: Sequence[Frame]) -> None:
    axes.plot([frame.value for frame in frames], [frame.psnr for frame in frames], "o-", markersize=3)
    if slider.scale == "log":
        axes.set_xscale("log")
    axes.set_xlabel(f"{name}{_unit(slider)}")
    axes.set_ylabel("PSNR, sRGB display-referred (dB)")
    axes.grid(alpha=0.3)


def _value(slider: Slider, value: float) -> str:
    names = [name for name, number in slider.choices if number == value]
    return names[0] if names else f"{value:.4g}{_unit(slider)}"


def _unit(slider: Slider) -> str:
    return "" if slider.unit in ("1", "choice") else f" {slider.unit}"
