"""Images of what a model does: a photograph before and after it, for its card and its page.

A proxy runs on a sample photograph. Of all its sliders, each alone part of the way to either end of its range, and all
at their defaults, those are taken whose effect is nearest to a visible but moderate one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray
from PIL import Image

from dtbase.imaging.colour import srgb_to_linear
from dtbase.imaging.colour_spaces import from_linear_rec709, to_srgb_clipped
from dtmodels.site.built import Built

TARGET = 0.06
"""Mean absolute difference of sRGB-encoded values, 0 to 1, that shows an effect best."""
WAY = 0.6
"""Part of the way from the default of a slider to an end of its range."""
LONG_SIDE, TRIAL_SIDE = 640, 160
"""Longer side of the images, and of those on which sliders are tried, in pixels."""
THUMBNAIL = (400, 266)
Pixels = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class BeforeAfter:
    """Two images of one size."""

    before: Image.Image
    after: Image.Image
    caption: str
    """The sliders that were moved."""
    photograph: str

    def write(self, directory: Path) -> dict[str, Any]:
        """Write both images and the thumbnail, half of each; return what pages show of them."""
        directory.mkdir(parents=True, exist_ok=True)
        self.before.save(directory / "before.webp", quality=84)
        self.after.save(directory / "after.webp", quality=84)
        split = self.after.copy()
        split.paste(self.before.crop((0, 0, self.before.width // 2, self.before.height)), (0, 0))
        split = _cover(split, THUMBNAIL)
        split.save(directory / "split.webp", quality=76)
        split.save(directory / "split.png", optimize=True)
        width, height = self.after.size
        return {"width": width, "height": height, "caption": self.caption, "photograph": self.photograph}


def proxy_images(built: Built, photograph: Path) -> BeforeAfter | None:
    """Run a proxy on a photograph; None for a model without a graph for images."""
    if not built.graph or "space" not in built.config.get("attributes", {}):
        return None
    attributes = built.config["attributes"]
    spaces = (attributes["space"], attributes.get("output_space") or attributes["space"])
    session = _session(built.graph)
    small, large = (_input(photograph, side, spaces[0]) for side in (TRIAL_SIDE, LONG_SIDE))
    shown = _display(small, spaces[0])

    def distance(values: list[float]) -> float:
        return abs(float(np.abs(_display(_run(session, small, values), spaces[1]) - shown).mean()) - TARGET)

    caption, values = min(_trials(attributes), key=lambda trial: distance(trial[1]))
    before, after = _display(large, spaces[0]), _display(_run(session, large, values), spaces[1])
    return BeforeAfter(before=_image(before), after=_image(after), caption=caption, photograph=photograph.stem)


@lru_cache(maxsize=16)
def _input(path: Path, side: int, space: str) -> NDArray[np.float32]:
    """A photograph [1, C, H, W] in the colour space of a module, with even sides of at most `side` pixels."""
    with Image.open(path) as opened:
        image = opened.convert("RGB")
    image.thumbnail((side, side), Image.Resampling.LANCZOS)
    image = image.crop((0, 0, image.width // 2 * 2, image.height // 2 * 2))
    light = np.asarray(srgb_to_linear(np.asarray(image, np.float64) / 255))
    pixels = _mosaic(light) if space == "raw" else from_linear_rec709(light, space)
    return np.ascontiguousarray(np.moveaxis(pixels, -1, 0)[None], np.float32)


def _session(graph: bytes) -> ort.InferenceSession:
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    return ort.InferenceSession(graph, options, providers=["CPUExecutionProvider"])


def _trials(attributes: Mapping[str, Any]) -> Iterator[tuple[str, list[float]]]:
    sliders: Sequence[Mapping[str, Any]] = attributes.get("sliders", [])
    defaults = [float(one["default"]) for one in sliders]
    yield "all sliders at their defaults", defaults
    for index, one in enumerate(sliders):
        if "choices" in one:
            continue
        for end in ("high", "low"):
            value = float(f"{one['default'] + WAY * (one[end] - one['default']):.2g}")
            unit = "" if one.get("unit", "1") == "1" else f" {one['unit']}"
            yield f"{one['name']} {value:g}{unit}", [*defaults[:index], value, *defaults[index + 1 :]]


def _run(session: ort.InferenceSession, image: NDArray[np.float32], sliders: list[float]) -> NDArray[np.float32]:
    height, width = image.shape[-2:]
    values = {
        "image": image,
        "sliders": np.array([sliders], np.float32),
        "frame": np.array([[0, 0, width, height]], np.float32),
    }
    names = [one.name for one in session.get_inputs()]
    output: NDArray[np.float32] = session.run(None, {name: values[name] for name in names})[0]
    return output


def _display(output: NDArray[Any], space: str) -> Pixels:
    pixels = np.moveaxis(output[0], 0, -1).astype(np.float64)
    three = pixels if pixels.shape[2] == 3 else np.repeat(pixels, 3, axis=2)
    return np.asarray(to_srgb_clipped(np.nan_to_num(three), space))


def _mosaic(light: NDArray[Any]) -> NDArray[Any]:
    """Bayer mosaic [H, W, 1] of red, green, green and blue."""
    rows, columns = np.mgrid[: light.shape[0], : light.shape[1]] % 2
    return np.take_along_axis(light, (rows + columns)[..., None], axis=2)


def _image(pixels: Pixels) -> Image.Image:
    return Image.fromarray(np.rint(pixels * 255).astype(np.uint8))


def _cover(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    scale = max(size[0] / image.width, size[1] / image.height)
    enlarged = image.resize((round(image.width * scale), round(image.height * scale)), Image.Resampling.LANCZOS)
    left, top = (enlarged.width - size[0]) // 2, (enlarged.height - size[1]) // 2
    return enlarged.crop((left, top, left + size[0], top + size[1]))
