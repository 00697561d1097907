"""Command `pipeline` with an edit: the image that darktable makes of a photograph, by proxies where there are some."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from dtbase.imaging.psnr import psnr
from dtbase.system.files import atomic_file, json_text
from dtbase.terminal.console import Console
from dtbase.text.plural import pluralise
from dtproxies.darktable.edit_reader import read_edit
from dtproxies.darktable.export import export
from dtproxies.darktable.find import find
from dtproxies.darktable.introspection import orders
from dtproxies.darktable.sidecar_writer import edit_sidecar
from dtproxies.images.image import Pixels
from dtproxies.images.metrics import CAP
from dtproxies.replica.open_replica import open_replica
from dtproxies.replica.plan import PlannedStep, proxy_layouts

BYTE = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportAccuracy:
    """Difference of an image from darktable-cli's export of the edit as it was given."""

    psnr: float
    """PSNR in dB, of values limited to 0..1."""
    levels: int
    """Greatest difference in levels of 8 bits."""


def replica_command(
    console: Console,
    edit_file: Path,
    photograph: Path,
    directory: Path,
    *,
    models: Path,
    skip: Collection[str],
    evaluate: bool,
    as_json: bool,
) -> None:
    """Make the image, and write it into `directory` as result.png.

    Raises:
        Failure: the edit or the photograph cannot be read, or darktable crashed.
        WrongUsage: a module to skip is not in the edit.
    """
    edit, darktable = read_edit(edit_file), find()
    with console.progress("opening the edit in darktable", 2) as advance:
        layouts = proxy_layouts(darktable, models)
        advance(1)
        with open_replica(darktable, edit, photograph, layouts=layouts, models=models, skip=skip) as replica:
            steps, pixels = replica.steps, replica.run()
        advance(1)
    write_result(directory / "result.png", pixels)
    accuracy = (
        compare_with_export(pixels, export(darktable, photograph, edit_sidecar(edit, orders(darktable))))
        if evaluate
        else None
    )
    if as_json:
        console.say(json_text(_as_json(steps, accuracy)).rstrip())
    else:
        _print(console, directory, steps, accuracy)


def compare_with_export(pixels: Pixels, exported: Pixels) -> ExportAccuracy:
    """Compare an image [H, W, 3] with darktable-cli's export; images of different sizes have 0 dB."""
    if pixels.shape != exported.shape:
        return ExportAccuracy(psnr=0.0, levels=BYTE)
    ours, theirs = (np.clip(one.astype(np.float64), 0, 1) for one in (pixels, exported))
    levels = np.abs(as_bytes(ours).astype(int) - as_bytes(theirs).astype(int)).max()
    return ExportAccuracy(psnr=psnr(ours, theirs, cap=CAP), levels=int(levels))


def as_bytes(pixels: NDArray[np.floating[Any]]) -> NDArray[np.uint8]:
    """Round encoded values to 8 bits, as darktable does."""
    rounded: NDArray[np.uint8] = np.floor(np.clip(np.nan_to_num(pixels), 0, 1) * BYTE + 0.5).astype(np.uint8)
    return rounded


def write_result(path: Path, pixels: Pixels) -> None:
    """Write encoded pixels as a PNG of 8 bits."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_file(path) as part:
        Image.fromarray(as_bytes(pixels)).save(part, "png")


def _print(console: Console, directory: Path, steps: Sequence[PlannedStep], accuracy: ExportAccuracy | None) -> None:
    rows = [[one.step.name, one.run_by, one.reason] for one in steps]
    console.table(["module", "run by", "reason"], rows)
    free = sum(one.runnable is not None for one in steps)
    console.say(f"{directory / 'result.png'}: {pluralise(len(steps), 'module')}, {free} of them without darktable")
    if accuracy:
        console.say(
            f"against darktable-cli with this edit: {accuracy.psnr:.1f} dB PSNR, "
            f"at most {pluralise(accuracy.levels, 'level')} of 8 bits"
        )


def _as_json(steps: Sequence[PlannedStep], accuracy: ExportAccuracy | None) -> dict[str, object]:
    modules = [{"module": one.step.name, "run_by": one.run_by, "reason": one.reason} for one in steps]
    figures = {"psnr_db": accuracy.psnr, "levels": accuracy.levels} if accuracy else {}
    return {"modules": modules, **figures}
