"""Demo of a mask model: clicks of a user on an image, and the selected object."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from scipy.ndimage import binary_dilation

from dtbase.text.plural import pluralise
from dtmodels.card.model import Prompt
from dtmodels.graph.runtime import Session
from dtmodels.tasks._demo import DemoImage, Pixels, Sample, Strip, resize, shrink_to_fit, to_planar
from dtmodels.tasks._interactive_session import THRESHOLD, InteractiveSession, Selection
from dtmodels.tasks._mask_settings import mask_settings
from dtmodels.tasks._protocol import Model
from dtmodels.tasks._segment import load_decoder, prepare_image

LONGEST = 1536
"""Pixels of the longer side of the image that darktable selects on."""
RED, GREEN, TINT = (230, 30, 30), (30, 200, 60), np.array([1.0, 0.15, 0.1])


def strip(model: Model, encoder: Session, decoder: str, sample: Sample) -> Strip:
    """All images of one sample: a line for each prompt.

    Args:
        model: its configuration names the architecture.
        encoder: session of the encoder.
        decoder: file name of the decoder.
        sample: a photograph with prompts.
    """
    pixels = shrink_to_fit(sample.read(), LONGEST)
    height, width = pixels.shape[:2]
    settings = mask_settings(model.config)
    scale = settings.side / max(height, width)
    small = resize(pixels, max(round(width * scale), 1), max(round(height * scale), 1), Image.Resampling.BILINEAR)
    image = prepare_image(settings, to_planar(small)[None]).astype(encoder.inputs[0].dtype)
    loaded = load_decoder(model.directory / decoder, settings, encoder.call(image).outputs, encoder.runtime)
    user = InteractiveSession(decoder=loaded, height=height, width=width)
    lines = [tuple(_line(pixels, number, prompt, user)) for number, prompt in enumerate(sample.prompts, 1)]
    loaded.session.close()
    return Strip(name=sample.name, lines=tuple(lines))


def _line(pixels: Pixels, number: int, prompt: Prompt, user: InteractiveSession) -> Iterator[DemoImage]:
    selection = user.select(prompt)
    inside = selection.mask > THRESHOLD
    yield DemoImage(name=f"{number}-before", pixels=_marked(pixels, prompt), caption=_prompt_caption(prompt))
    caption = f"selected: {inside.mean():.1%} of the image\n{_certainty(selection)}"
    yield DemoImage(name=f"{number}-after", pixels=_tinted(pixels, inside), caption=caption, from_model=True)
    mask = np.repeat(selection.mask[..., None], 3, axis=2)
    yield DemoImage(name=f"{number}-mask", pixels=mask, caption="the mask", from_model=True)


def _prompt_caption(prompt: Prompt) -> str:
    counted = [(len(prompt.points), "on the object (green)"), (len(prompt.beside), "off the object (red)")]
    words = [f"{pluralise(count, 'click')} {where}" for count, where in counted if count]
    return ", ".join([*words, *(["a box"] if prompt.box else [])])


def _certainty(selection: Selection) -> str:
    return f"after {pluralise(selection.decodes, 'decode')}; the network expects {selection.quality:.0%} overlap"


def _marked(pixels: Pixels, prompt: Prompt) -> Pixels:
    """The image with the clicks and the box drawn on it."""
    image = Image.fromarray(np.rint(np.clip(pixels, 0, 1) * 255).astype(np.uint8))
    draw, (width, height) = ImageDraw.Draw(image), image.size
    size = max(width, height) / 80
    for points, colour in ((prompt.points, GREEN), (prompt.beside, RED)):
        for across, down in points:
            x, y = across * width, down * height
            draw.ellipse((x - size, y - size, x + size, y + size), colour, "white", max(round(size / 3), 1))
    if prompt.box:
        left, right = sorted(position * width for position in prompt.box[::2])
        top, bottom = sorted(position * height for position in prompt.box[1::2])
        draw.rectangle((left, top, right, bottom), None, GREEN, max(round(size / 2), 2))
    return np.asarray(image, np.float64) / 255


def _tinted(pixels: Pixels, inside: NDArray[np.bool_]) -> Pixels:
    """The image with the object tinted red, a white edge, and the rest darkened."""
    tinted = np.where(inside[..., None], 0.6 * pixels + 0.4 * TINT, 0.55 * pixels)
    thickness = max(round(max(inside.shape) / 400), 1)
    edge = binary_dilation(inside, iterations=thickness) & ~inside
    return np.where(edge[..., None], 1.0, tinted)
