"""Pictures as a screen shows them, on their way into a graph and back: the curve, the shadow boost, the clipping."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dtbase.imaging.colour import linear_to_srgb, srgb_to_linear
from dtbase.imaging.psnr import psnr
from dtmodels.graph.runtime import Session
from dtmodels.tasks._camera import add_sensor_noise
from dtmodels.tasks._demo import Pixels, Sample, to_interleaved, to_planar
from dtmodels.tasks._protocol import Model
from dtmodels.tasks._tile_contract import Tile
from dtmodels.tasks._tiled_inference import Tiling

DARK_LUMINANCE, MIN_DARK_FRACTION = 0.005, 0.1
"""darktable boosts shadows where at least this share of the pixels has a linear luminance below 0.005."""
LUMINANCE = np.array([0.2126, 0.7152, 0.0722])
"""Weights of linear Rec709."""
MAX_PSNR = 99.9
"""dB shown for equal pictures."""


def add_sample_noise(pixels: Pixels, sample: Sample) -> Pixels:
    """The image with the noise the sample asks for, added in linear light and clipped as a JPEG would be."""
    if sample.electrons is None:
        return pixels
    return to_srgb(add_sensor_noise(np.asarray(srgb_to_linear(pixels)), sample.electrons))


def to_srgb(light: NDArray[Any]) -> Pixels:
    """Linear Rec709 to what a screen shows: clipped to 0..1, sRGB curve."""
    return np.asarray(linear_to_srgb(np.clip(light, 0, 1)), np.float64)


def run_on_image(model: Model, session: Session, tile: Tile, pixels: Pixels) -> Pixels:
    """An image through a graph that takes sRGB, as darktable's neural restore does it.

    Args:
        model: says the tile size and whether shadows are boosted.
        session: of its file `tile.file`.
        tile: of the task.
        pixels: within sRGB, so that darktable's care for wide gamuts has nothing to do.
    """
    light = np.asarray(srgb_to_linear(pixels))
    boost = (
        model.config.boolean("shadow_boost") and float(np.mean(light @ LUMINANCE < DARK_LUMINANCE)) >= MIN_DARK_FRACTION
    )
    given = to_srgb(np.sqrt(light)) if boost else pixels
    tiling = Tiling(session=session, tile=tile, size=tile.size(model) or 0)
    made = np.maximum(to_interleaved(tiling.run(to_planar(given))), 0)
    return np.clip(to_srgb(srgb_to_linear(made) ** 2) if boost else made, 0, 1)


def psnr_caption(pixels: Pixels, wanted: Pixels | None) -> str:
    """How near an image is to the one it was made from, for a caption; empty without one."""
    return "" if wanted is None else f"{psnr(pixels, wanted, cap=MAX_PSNR):.1f} dB to the original"
