"""A contact sheet for people: the picture, darktable's, the proxy's, and where the two differ."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from dtbase.files import replacing
from dtproxies.colour import lab_to_linear_rec709, linear_to_srgb
from dtproxies.images import Picture, Pixels
from dtproxies.member import Proxied
from dtproxies.metrics import compare
from dtproxies.modules import Module
from dtproxies.pairs import Pair, Renders, render_pairs
from dtproxies.runners import Run
from dtproxies.sampling import sample
from dtproxies.session import runner, session

ROWS = 4
SIDE = 256
"""Of the pictures, in pixels."""
SEED = 3_000_017
AMPLIFY = 1000.0
GAP = 8
CAPTION = 36
COLUMNS = ("input", "darktable", "proxy")
INK, PAPER = (20, 20, 20), (255, 255, 255)


def contact_sheet(
    proxied: Proxied,
    run: Run,
    renderer: Renders,
    pictures: Sequence[Picture],
    path: Path,
    *,
    amplify: float = AMPLIFY,
) -> None:
    """Write a PNG with a row for each of four pictures and slider positions.

    The last column is the absolute difference of what a screen would show, made `amplify` times larger.

    Args:
        proxied: the module.
        run: the proxy.
        renderer: set up for the module and images of 256 x 256 pixels.
        pictures: photographs to show.
        path: of the PNG.
        amplify: factor of the difference.
    """
    positions = sample(proxied.module, ROWS, seed=SEED, reachable=proxied.reachable)
    pairs = list(render_pairs(proxied.module, renderer, pictures, positions, side=SIDE, seed=SEED))
    columns = len(COLUMNS) + 1
    size = (columns * (SIDE + GAP) + GAP, len(pairs) * (SIDE + CAPTION + GAP) + GAP)
    sheet = Image.new("RGB", size, PAPER)
    for number, pair in enumerate(pairs):
        top, made = GAP + number * (SIDE + CAPTION + GAP), run(pair.before, pair.sliders)
        _draw_row(sheet, top, pair, made, module=proxied.module, amplify=amplify)
    with replacing(path) as part:
        sheet.save(part, format="PNG")


def picture_module(
    name: str, *, weights: Path | None, onnx: Path | None, out: Path, images: Path, amplify: float = AMPLIFY
) -> None:
    """Draw the contact sheet of a proxy of the module `name` with the darktable of this machine.

    Raises:
        WrongUsage: no proxy of such a module is known, or not exactly one file of it is given.
        Failure: there is no darktable or no photograph, or the file does not belong to this module.
    """
    with session(name, images, "evaluate", side=SIDE) as given:
        run = runner(given.proxied, weights, onnx)
        contact_sheet(given.proxied, run, given.renderer, given.pictures, out, amplify=amplify)


def _draw_row(sheet: Image.Image, top: int, pair: Pair, made: Pixels, *, module: Module, amplify: float) -> None:
    shown = [_shown(pixels, module) for pixels in (pair.before, pair.after, made)]
    apart = np.abs(shown[2] - shown[1])
    figure = compare(made, pair.after, module).display_psnr
    sliders = zip(module.sliders, pair.sliders, strict=True)
    captions = [
        f"{pair.name}\n{', '.join(f'{slider.name} {value:.3g}' for slider, value in sliders)}",
        f"darktable\n{module.name} version {module.version}",
        f"proxy\n{figure:.1f} dB",
        f"difference x {amplify:g}\nlargest {apart.max():.1e} of white",
    ]
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(13)
    for column, (pixels, caption) in enumerate(zip([*shown, apart * amplify], captions, strict=True)):
        left = GAP + column * (SIDE + GAP)
        draw.multiline_text((left, top), caption, INK, font)
        sheet.paste(Image.fromarray(_bytes(pixels)), (left, top + CAPTION))


def _shown(pixels: Pixels, module: Module) -> NDArray[np.float64]:
    """What a screen shows of it, 0 to 1."""
    exact = pixels.astype(np.float64)
    light = lab_to_linear_rec709(exact) if module.space == "lab" else exact
    return np.asarray(linear_to_srgb(np.clip(light, 0, 1)), np.float64)


def _bytes(shown: NDArray[np.float64]) -> NDArray[np.uint8]:
    return np.rint(255 * np.clip(shown, 0, 1)).astype(np.uint8)
