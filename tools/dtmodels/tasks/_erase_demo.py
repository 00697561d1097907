"""Demo of an eraser: inpaint the area that a brush covers, and blend the edge of the patch."""

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
"""Default radius of the brush, as a fraction of the longer side."""
FEATHER = 6
"""Width in pixels over which the patch fades out, outside the brush; the graph inpaints this area too."""
CONTEXT_FACTOR = 3.0
"""Side of the graph's input relative to the masked region, as far as the image allows: it needs context."""
BRUSH_COLOUR = np.array([1.0, 0.1, 0.6])


def strip(session: Session, sample: Sample) -> Strip:
    """All images of one sample; the prompts are erased sequentially.

    Raises:
        Failure: the brush covers the whole image.
    """
    pixels = erased = shrink_to_fit(sample.read(), LONGEST)
    brushed = np.zeros(pixels.shape[:2], bool)
    for prompt in sample.prompts:
        mask = _brush_mask(prompt, *pixels.shape[:2])
        if mask.all():
            raise Failure(
                "the brush covers the whole image", where=str(sample.path), fix="use a larger image or a smaller radius"
            )
        brushed |= mask
        erased = _erase(session, erased, mask)
    marked = np.where(brushed[..., None], 0.4 * pixels + 0.6 * BRUSH_COLOUR, pixels)
    line = (
        DemoImage(name="before", pixels=pixels, caption="photograph"),
        DemoImage(name="mask", pixels=marked, caption=f"area of the brush\n{brushed.mean():.1%} of the image"),
        DemoImage(name="after", pixels=erased, caption="erased", from_model=True),
    )
    return Strip(name=sample.name, lines=(line,))


def _brush_mask(prompt: Prompt, height: int, width: int) -> NDArray[np.bool_]:
    """Mask of a brush stroke along the points, and of the box."""
    image = Image.new("L", (width, height))
    draw, radius = ImageDraw.Draw(image), (prompt.radius or RADIUS) * max(height, width)
    path = [(across * width, down * height) for across, down in prompt.points]
    draw.line(path, 255, round(2 * radius))
    for x, y in path:
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), 255)
    if prompt.box:
        left, right = sorted(position * width for position in prompt.box[::2])
        top, bottom = sorted(position * height for position in prompt.box[1::2])
        draw.rectangle((left, top, right, bottom), 255)
    return np.asarray(image) > 0


def _erase(session: Session, pixels: Pixels, mask: NDArray[np.bool_]) -> Pixels:
    """Run the graph on the masked region with its context, at the graph's size, and blend the result in."""
    if not mask.any():
        return pixels
    window = _window(mask)
    context = pixels[window]
    opacity = np.clip(1 - np.asarray(distance_transform_edt(~mask[window])) / (FEATHER + 1), 0, 1)
    height, width = sides(session.inputs[0])
    image = to_planar(np.clip(resize(context, width, height), 0, 1))[None]
    covered = (resize(opacity, width, height, Image.Resampling.BILINEAR) > 0).astype(np.float32)[None, None]
    output = to_interleaved(next(iter(session.call(image, covered).outputs.values()))[0])
    patch = np.clip(resize(output, context.shape[1], context.shape[0]), 0, 1)
    result = pixels.copy()
    result[window] = context + opacity[..., None] * (patch - context)
    return result


def _window(mask: NDArray[np.bool_]) -> tuple[slice, slice]:
    """Rows and columns around the masked region, square if the image allows."""
    rows, columns = (np.flatnonzero(mask.any(axis=1 - axis)) for axis in (0, 1))
    side = int(CONTEXT_FACTOR * max(np.ptp(rows) + 1, np.ptp(columns) + 1))
    return _span(rows, side, mask.shape[0]), _span(columns, side, mask.shape[1])


def _span(covered: NDArray[np.intp], side: int, length: int) -> slice:
    side = min(side, length)
    start = int(np.clip((int(covered[0] + covered[-1]) + 1 - side) // 2, 0, length - side))
    return slice(start, start + side)
