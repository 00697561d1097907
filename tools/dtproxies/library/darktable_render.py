"""The real darktable on an image in memory."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dtbase.system.errors import WrongUsage
from dtproxies.darktable.find import find
from dtproxies.darktable.renderer import Renderer
from dtproxies.images.module_spaces import from_space, to_space


def render_with_darktable(image: NDArray[Any], module: str, **sliders: float | str) -> NDArray[np.float32]:
    """Render an image with one module of the installed darktable.

    Args:
        image: H x W x 3, linear Rec709, 1 is white.
        module: darktable's name of any module, with or without a proxy.
        sliders: parameters by darktable's names; enum values may be names. The rest stay at their defaults.

    Returns:
        H x W x 3, linear Rec709.

    Raises:
        WrongUsage: the module or a slider is unknown, a value is outside darktable's range, or another shape.
        Failure: there is no supported darktable, or it failed.
    """
    if np.ndim(image) != 3 or np.shape(image)[2] != 3:
        shape = " x ".join(map(str, np.shape(image)))
        raise WrongUsage(f"the image has the shape {shape}, not H x W x 3", fix="pass one image in linear Rec709")
    pixels = np.asarray(image, np.float32)
    height, width, _ = pixels.shape
    with Renderer(find(), [module], height=height, width=width) as renderer:
        spaces = renderer.spaces[module]
        if spaces.input == "raw":
            raise WrongUsage(f"{module} works on raw sensor data, not on an image", fix="choose another module")
        output = renderer.render(module, np.asarray(to_space(pixels, spaces.input), np.float32), sliders)
    return np.asarray(from_space(output.astype(np.float64), spaces.output), np.float32)
