"""Demo of a proxy: an image with each slider at both ends of its range."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dtbase.imaging.colour import srgb_to_linear
from dtbase.imaging.colour_spaces import from_linear_rec709, to_srgb_clipped
from dtmodels.graph.runtime import Session
from dtmodels.tasks._demo import DemoImage, Sample, Strip, centre_crop, check_side
from dtmodels.tasks._protocol import Model
from dtmodels.tasks._proxy_call import call_proxy

SIDE = 256
"""Side of the square cropped from the centre of each image, in pixels."""
IMAGES_PER_LINE = 6
"""Number of images per line; an even number keeps both ends of a slider together."""
Slider = Mapping[str, Any]


def strip(model: Model, session: Session, sample: Sample) -> Strip:
    """The unchanged image, the output at default sliders, and with each slider low and high.

    Args:
        model: its attributes `space`, `output_space` and `sliders` are used.
        session: session of the proxy.
        sample: a photograph.

    Raises:
        WrongUsage: the sample is smaller than 256 x 256 pixels.
    """
    pixels = sample.read()
    check_side(sample, pixels, SIDE)
    light = np.asarray(srgb_to_linear(centre_crop(pixels, SIDE)), np.float64)
    space = model.config.string("space") or "input-rgb"
    spaces = (space, model.config.string("output_space") or space)
    first = DemoImage(name="before", pixels=to_srgb_clipped(light, "input-rgb"), caption=sample.name)
    images = (first, *_variants(session, model.config.attribute("sliders"), light, spaces))
    lines = tuple(images[start : start + IMAGES_PER_LINE] for start in range(0, len(images), IMAGES_PER_LINE))
    return Strip(name=sample.name, lines=lines)


def _variants(
    session: Session, sliders: Sequence[Slider], light: NDArray[Any], spaces: tuple[str, str]
) -> Iterator[DemoImage]:
    image = _mosaic(light) if spaces[0] == "raw" else from_linear_rec709(light, spaces[0])
    name = "after"
    for caption, positions in _positions(sliders):
        tensor = np.moveaxis(image, -1, 0)[None].astype(np.float32)
        output = call_proxy(session, tensor, np.array([positions], np.float32)).outputs["output"]
        values = np.moveaxis(output[0], 0, -1).astype(np.float64)
        pixels = to_srgb_clipped(values if values.shape[2] == 3 else np.repeat(values, 3, axis=2), spaces[1])
        yield DemoImage(name=name, pixels=pixels, caption=caption, from_model=True)
        name = ""


def _mosaic(light: NDArray[Any]) -> NDArray[Any]:
    """Bayer mosaic [H, W, 1]: alternating rows of red and green, and of green and blue."""
    rows, columns = np.mgrid[: light.shape[0], : light.shape[1]] % 2
    return np.take_along_axis(light, (rows + columns)[..., None], axis=2)


def _positions(sliders: Sequence[Slider]) -> Iterator[tuple[str, list[float]]]:
    default = [float(slider["default"]) for slider in sliders]
    yield "all at default", default
    for index, slider in enumerate(sliders):
        for end in ("low", "high"):
            values = [*default[:index], float(slider[end]), *default[index + 1 :]]
            yield f"{slider['name']} {slider[end]:g}\n({slider['unit']})", values
