"""Contact sheet of a proxy: input, darktable's output, the proxy's output, and their difference."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from pathlib import Path

from dtbase.imaging.contact_sheet import DisplayImage, difference_image, write_contact_sheet
from dtproxies.images.image import LinearImage, Pixels
from dtproxies.images.metrics import compare
from dtproxies.images.module_spaces import to_display
from dtproxies.images.training_images import ImageSequence
from dtproxies.proxy.definition import ProxyDefinition, load_definition
from dtproxies.proxy.runners import Runner
from dtproxies.proxy.sampling import sample
from dtproxies.render.pairs import Pair, SupportsRendering, render_pairs
from dtproxies.render.session import runner, session
from dtproxies.vocabulary.module import Module

ROWS = 4
SIDE = 256
"""Side of the images, in pixels."""
SEED = 3_000_017
CAPTION = 44
"""Maximum number of characters of the slider values above an image."""


def contact_sheet(
    definition: ProxyDefinition,
    run: Runner,
    renderer: SupportsRendering,
    photographs: Sequence[LinearImage],
    path: Path,
    *,
    amplify: float | None = None,
) -> None:
    """Write a PNG with a row for each of four images and slider positions.

    The last column is the absolute difference of display-referred values, multiplied by the factor in its caption.

    Args:
        definition: definition of the module.
        run: runner of the proxy.
        renderer: renderer of the module, for images of 256 x 256 pixels.
        photographs: photographs to draw.
        path: path of the PNG.
        amplify: factor of the difference; by default the largest power of ten that keeps 99 % of it below white.
    """
    positions = sample(definition.module, ROWS, seed=SEED, reachable=definition.reachable)
    pairs = render_pairs(
        definition.module, renderer, ImageSequence(photographs=photographs, side=SIDE, seed=SEED), positions
    )
    write_contact_sheet(
        [_row(pair, run(pair.before, pair.sliders), definition.module, amplify) for pair in pairs], path
    )


def draw_comparison(
    name: str, *, weights: Path | None, onnx: Path | None, out: Path, images: Path, amplify: float | None = None
) -> None:
    """Draw the contact sheet of a proxy of the module `name` with the installed darktable.

    Raises:
        WrongUsage: no module of this name has a proxy, or not exactly one of the two files is passed.
        Failure: there is no darktable or no photograph, or the file does not belong to this module.
    """
    run = runner(load_definition(name), weights, onnx)
    with session(name, images, "evaluate", side=SIDE) as opened:
        contact_sheet(opened.definition, run, opened.renderer, opened.photographs, out, amplify=amplify)


def _row(pair: Pair, output: Pixels, module: Module, amplify: float | None) -> list[DisplayImage]:
    before = to_display(pair.before, module.space)
    after, proxy = (to_display(pixels, module.result_space) for pixels in (pair.after, output))
    values = zip(module.sliders, pair.sliders, strict=True)
    sliders = textwrap.shorten(", ".join(f"{slider.name} {value:.3g}" for slider, value in values), CAPTION)
    psnr = compare(output, pair.after, module).display_psnr
    return [
        DisplayImage(before, f"{pair.name}\n{sliders}"),
        DisplayImage(after, f"darktable\n{module.name} version {module.version}"),
        DisplayImage(proxy, f"proxy\n{psnr:.1f} dB"),
        difference_image(proxy, after, amplify),
    ]
