"""Render an image file with one module of darktable: the command `dtproxies render`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

from dtbase.image_files.image_file import LIMIT
from dtbase.image_files.write_image import write_image
from dtbase.system.errors import Failure, WrongUsage
from dtproxies.darktable.find import Darktable
from dtproxies.darktable.renderer import Renderer
from dtproxies.images.module_spaces import from_space, to_space
from dtproxies.images.user_image import read_user_image

FORMATS = (".png", ".pfm")


def render_file(
    darktable: Darktable,
    module: str,
    source: Path,
    target: Path,
    sliders: Mapping[str, float | str],
    *,
    note: Callable[[str], None],
) -> None:
    """Render the image file `source` with one module and write it to `target`, a `.png` (sRGB) or `.pfm` (linear).

    Raises:
        WrongUsage: the module or slider is unknown, a value is outside its range, or `target` has another suffix.
        Failure: the image cannot be read, or the module works on raw sensor data or returns
            values that are not finite.
    """
    if target.suffix.lower() not in FORMATS:
        raise WrongUsage(f"the suffix of an output image must be {' or '.join(FORMATS)}", where=str(target))
    image = read_user_image(source, note).pixels
    height, width, _ = image.shape
    with Renderer(darktable, [module], height=height, width=width) as renderer:
        space = renderer.spaces[module]
        if space.input == "raw":
            raise Failure(f"module {module} works on raw sensor data, not on an image", fix="choose another module")
        output = renderer.render(module, np.asarray(to_space(image, space.input), np.float32), sliders)
    light = from_space(output.astype(np.float64), space.output)
    if not (np.abs(light) <= LIMIT).all():
        what = f"darktable's {module} returns values that are not finite, or above 1e30"
        raise Failure(what, where=str(source), fix="use a larger image or other values of the sliders")
    write_image(target, np.asarray(light, np.float32))
