"""A contact sheet for people: the picture, darktable's, the proxy's, and where the two differ."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from pathlib import Path

from dtbase.imaging.contact_sheet import Shown, difference, write_sheet
from dtproxies.images.image import Picture, Pixels
from dtproxies.images.metrics import compare
from dtproxies.images.module_spaces import shown
from dtproxies.images.training_images import Scenes
from dtproxies.proxy.definition import Proxied, proxied
from dtproxies.proxy.runners import Run
from dtproxies.proxy.sampling import sample
from dtproxies.render.pairs import Pair, Renders, render_pairs
from dtproxies.render.session import runner, session
from dtproxies.vocabulary.module import Module

ROWS = 4
SIDE = 256
"""Of the pictures, in pixels."""
SEED = 3_000_017
CAPTION = 44
"""Letters of the sliders that fit above a picture."""


def contact_sheet(
    proxied: Proxied,
    run: Run,
    renderer: Renders,
    pictures: Sequence[Picture],
    path: Path,
    *,
    amplify: float | None = None,
) -> None:
    """Write a PNG with a row for each of four pictures and slider positions.

    The last column is the absolute difference of what a screen would show, made larger as its caption says.

    Args:
        proxied: the module.
        run: the proxy.
        renderer: set up for the module and images of 256 x 256 pixels.
        pictures: photographs to show.
        path: of the PNG.
        amplify: factor of the difference; by default the largest power of ten that leaves 99 % of it below white.
    """
    positions = sample(proxied.module, ROWS, seed=SEED, reachable=proxied.reachable)
    pairs = render_pairs(proxied.module, renderer, Scenes(photographs=pictures, side=SIDE, seed=SEED), positions)
    write_sheet([_row(pair, run(pair.before, pair.sliders), proxied.module, amplify) for pair in pairs], path)


def picture_module(
    name: str, *, weights: Path | None, onnx: Path | None, out: Path, images: Path, amplify: float | None = None
) -> None:
    """Draw the contact sheet of a proxy of the module `name` with the darktable of this machine.

    Raises:
        WrongUsage: no proxy of such a module is known, or not exactly one file of it is given.
        Failure: there is no darktable or no photograph, or the file does not belong to this module.
    """
    run = runner(proxied(name), weights, onnx)
    with session(name, images, "evaluate", side=SIDE) as given:
        contact_sheet(given.proxied, run, given.renderer, given.pictures, out, amplify=amplify)


def _row(pair: Pair, made: Pixels, module: Module, amplify: float | None) -> list[Shown]:
    before = shown(pair.before, module.space)
    after, proxy = (shown(pixels, module.made) for pixels in (pair.after, made))
    values = zip(module.sliders, pair.sliders, strict=True)
    sliders = textwrap.shorten(", ".join(f"{slider.name} {value:.3g}" for slider, value in values), CAPTION)
    figure = compare(made, pair.after, module).display_psnr
    return [
        Shown(before, f"{pair.name}\n{sliders}"),
        Shown(after, f"darktable\n{module.name} version {module.version}"),
        Shown(proxy, f"proxy\n{figure:.1f} dB"),
        difference(proxy, after, amplify),
    ]
