"""The demo of a proxy: a picture with each slider at both ends of its range, as a contact sheet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from dtbase.colour import lab_to_linear_rec709, linear_rec709_to_lab, linear_to_srgb, srgb_to_linear
from dtbase.errors import Failure
from dtbase.sheet import Shown, write_sheet
from dtmodels.graph.runtime import Runtime, Session

SIDE = 256
"""Of the square cut from the middle of each picture, in pixels."""
Slider = Mapping[str, Any]


def sweep_sheet(model: Path, attributes: Mapping[str, Any], images: Sequence[Path], target: Path) -> None:
    """Write `<image>.png` for each image: it as it is, at default sliders, and with each slider low and high.

    Args:
        model: the ONNX file of the proxy.
        attributes: of its `config.json`: `space` and `sliders` are used.
        images: photographs, 8 bits, sRGB.
        target: folder for the sheets.

    Raises:
        Failure: a photograph is smaller than 256 x 256 pixels.
    """
    lab = attributes["space"] == "lab"
    with Runtime() as runtime:
        session = runtime.load(model)
        for path in images:
            light = _square(path)
            row = [Shown(_on_screen(light), path.stem), *_variants(session, attributes["sliders"], light, lab=lab)]
            write_sheet([row[:2], *zip(row[2::2], row[3::2], strict=True)], target / f"{path.stem}.png")


def _variants(session: Session, sliders: Sequence[Slider], light: NDArray[Any], *, lab: bool) -> Iterator[Shown]:
    image = linear_rec709_to_lab(light) if lab else light
    for caption, values in _positions(sliders):
        tensor = np.moveaxis(image, -1, 0)[None].astype(np.float32)
        output = session.call(tensor, np.array([values], np.float32)).outputs["output"]
        made = np.moveaxis(output[0], 0, -1).astype(np.float64)
        yield Shown(_on_screen(lab_to_linear_rec709(made) if lab else made), caption)


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


def _on_screen(light: NDArray[Any]) -> NDArray[np.float64]:
    return np.asarray(linear_to_srgb(np.clip(light, 0, 1)), np.float64)
