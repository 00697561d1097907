"""The demo of an eraser: what a brush covers is taken out of an image, and the edge of the patch blended."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from scipy.ndimage import distance_transform_edt

from dtbase.system.errors import Failure
from dtmodels.card.model import Prompt
from dtmodels.graph.runtime import Session
from dtmodels.tasks._demo import DemoImage, Pixels, Sample, Strip, resize, shrink_to_fit, to_interleaved, to_planar
from dtmodels.tasks._lua_contract import sides

LONGEST = 1024
RADIUS = 0.03
"""Of the brush, as a share of the longer side, where nobody says."""
FEATHER = 6
"""Pixels over which the patch fades out, outwards from the brush's edge; the graph fills them too."""
CONTEXT_FACTOR = 3.0
"""The graph sees so many times the size of the hole each way, where the image has it: it needs the surroundings."""
BRUSH_COLOUR = np.array([1.0, 0.1, 0.6])


def strip(session: Session, sample: Sample) -> Strip:
    """All images of one sample; its prompts are brushed one after the other.

    Raises:
        Failure: nothing is left outside the brush.
    """
    pixels = erased = shrink_to_fit(sample.read(), LONGEST)
    brushed = np.zeros(pixels.shape[:2], bool)
    for prompt in sample.prompts:
        hole = _hole(prompt, *pixels.shape[:2])
        if hole.all():
            raise Failure("the brush covers the whole picture", where=str(sample.path), fix="make its radius smaller")
        brushed |= hole
        erased = _erase(session, erased, hole)
    marked = np.where(brushed[..., None], 0.4 * pixels + 0.6 * BRUSH_COLOUR, pixels)
    line = (
        DemoImage(name="before", pixels=pixels, caption="photograph"),
        DemoImage(name="mask", pixels=marked, caption=f"what the brush covered\n{brushed.mean():.1%} of the picture"),
        DemoImage(name="after", pixels=erased, caption="erased", made=True),
    )
    return Strip(name=sample.name, lines=(line,))


def _hole(prompt: Prompt, height: int, width: int) -> NDArray[np.bool_]:
    """What a brush along the points covers, and the box."""
    image = Image.new("L", (width, height))
    draw, radius = ImageDraw.Draw(image), (prompt.radius or RADIUS) * max(height, width)
    path = [(across * width, down * height) for across, down in prompt.points]
    draw.line(path, 255, round(2 * radius))
    for x, y in path:
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), 255)
    if prompt.box:
        left, right = sorted(share * width for share in prompt.box[::2])
        top, bottom = sorted(share * height for share in prompt.box[1::2])
        draw.rectangle((left, top, right, bottom), 255)
    return np.asarray(image) > 0


def _erase(session: Session, pixels: Pixels, hole: NDArray[np.bool_]) -> Pixels:
    """Run the graph on the surroundings of the hole, at the size it wants, and blend the result in."""
    if not hole.any():
        return pixels
    window = _window(hole)
    around = pixels[window]
    share = np.clip(1 - np.asarray(distance_transform_edt(~hole[window])) / (FEATHER + 1), 0, 1)
    height, width = sides(session.inputs[0])
    given = to_planar(np.clip(resize(around, width, height), 0, 1))[None]
    covered = (resize(share, width, height, Image.Resampling.BILINEAR) > 0).astype(np.float32)[None, None]
    made = to_interleaved(next(iter(session.call(given, covered).outputs.values()))[0])
    patch = np.clip(resize(made, around.shape[1], around.shape[0]), 0, 1)
    filled = pixels.copy()
    filled[window] = around + share[..., None] * (patch - around)
    return filled


def _window(hole: NDArray[np.bool_]) -> tuple[slice, slice]:
    """Rows and columns around the hole, as near to a square as the image allows."""
    rows, columns = (np.flatnonzero(hole.any(axis=1 - axis)) for axis in (0, 1))
    side = int(CONTEXT_FACTOR * max(np.ptp(rows) + 1, np.ptp(columns) + 1))
    return _reach(rows, side, hole.shape[0]), _reach(columns, side, hole.shape[1])


def _reach(covered: NDArray[np.intp], side: int, length: int) -> slice:
    side = min(side, length)
    start = int(np.clip((int(covered[0] + covered[-1]) + 1 - side) // 2, 0, length - side))
    return slice(start, start + side)
