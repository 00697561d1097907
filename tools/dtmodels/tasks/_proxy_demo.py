"""The demo of a proxy: a picture with each slider at both ends of its range, as a contact sheet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from dtbase.colour import srgb_to_linear
from dtbase.errors import Failure
from dtbase.sheet import Shown, write_sheet
from dtbase.spaces import on_screen, to_colours
from dtmodels.graph.runtime import Runtime, Session
from dtmodels.tasks._proxy_call import call

SIDE = 256
"""Of the square cut from the middle of each picture, in pixels."""
Slider = Mapping[str, Any]


def sweep_sheet(model: Path, attributes: Mapping[str, Any], images: Sequence[Path], target: Path) -> None:
    """Write `<image>.png` for each image: it as it is, at default sliders, and with each slider low and high.

    Args:
        model: the ONNX file of the proxy.
        attributes: of its `config.json`: `space`, `output_space` and `sliders` are used.
        images: photographs, 8 bits, sRGB.
        target: folder for the sheets.

    Raises:
        Failure: a photograph is smaller than 256 x 256 pixels.
    """
    spaces = (attributes["space"], attributes.get("output_space", attributes["space"]))
    with Runtime() as runtime:
        session = runtime.load(model)
        for path in images:
            light = _square(path)
            row = [
                Shown(on_screen(light, "input-rgb"), path.stem),
                *_variants(session, attributes["sliders"], light, spaces),
            ]
            write_sheet([row[:2], *zip(row[2::2], row[3::2], strict=True)], target / f"{path.stem}.png")


def _variants(
    session: Session, sliders: Sequence[Slider], light: NDArray[Any], spaces: tuple[str, str]
) -> Iterator[Shown]:
    # As a mosaic, a picture of its green: grey.
    image = light[..., 1:2] if spaces[0] == "raw" else to_colours(light, spaces[0])
    for caption, values in _positions(sliders):
        tensor = np.moveaxis(image, -1, 0)[None].astype(np.float32)
        output = call(session, tensor, np.array([values], np.float32)).outputs["output"]
        made = np.moveaxis(output[0], 0, -1).astype(np.float64)
        yield Shown(on_screen(made if made.shape[2] == 3 else np.repeat(made, 3, axis=2), spaces[1]), caption)


def _positions(sliders: Sequence[Slider]) -> Iterator[tuple[str, list[float]]]:
    default = [float(slider["default"]) for slider in sliders]
    yield "all at default", default
    for index, slider in enumerate(sliders):
        for end in ("low", "high"):
            values = [*default[:index], float(slider[end]), *default[index + 1 :]]
            yield f"{slider['name']} {slider[end]:g}\n({slider['unit']})", values


def _square(path: Path) -> NDArray[np.float64]:
    with Image.open(path) as picture:
        encoded = np.asarray(picture.convert("RGB"), np.float64) / 255
    height, width = encoded.shape[:2]
    if min(height, width) < SIDE:
        raise Failure(f"{width} x {height} pixels; the demo needs {SIDE} x {SIDE}", where=str(path))
    top, left = (height - SIDE) // 2, (width - SIDE) // 2
    return np.asarray(srgb_to_linear(encoded[top : top + SIDE, left : left + SIDE]), np.float64)
