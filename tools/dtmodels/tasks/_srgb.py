"""Run graphs on display-referred sRGB images as darktable does: transfer curve, shadow boost, clipping."""

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
"""darktable boosts shadows if at least this fraction of the pixels has a linear luminance below `DARK_LUMINANCE`."""
LUMINANCE = np.array([0.2126, 0.7152, 0.0722])
"""Luminance weights of linear Rec709."""
MAX_PSNR = 99.9
"""PSNR reported for equal images, in dB."""


def add_sample_noise(pixels: Pixels, sample: Sample) -> Pixels:
    """Add the noise of the sample's settings to linear values, and clip the result like a JPEG."""
    if sample.electrons is None:
        return pixels
    return to_srgb(add_sensor_noise(np.asarray(srgb_to_linear(pixels)), sample.electrons))


def to_srgb(light: NDArray[Any]) -> Pixels:
    """Linear Rec709 to display-referred sRGB: clipped to 0..1, encoded."""
    return np.asarray(linear_to_srgb(np.clip(light, 0, 1)), np.float64)


def run_on_image(model: Model, session: Session, tile: Tile, pixels: Pixels) -> Pixels:
    """Run a graph that takes sRGB on an image, as darktable's neural restore does.

    Args:
        model: its attributes are the tile size and the shadow boost.
        session: session of the file `tile.file`.
        tile: tile contract of the task.
        pixels: image within the sRGB gamut; darktable's handling of wider gamuts is not implemented.
    """
    light = np.asarray(srgb_to_linear(pixels))
    boost = (
        model.config.boolean("shadow_boost") and float(np.mean(light @ LUMINANCE < DARK_LUMINANCE)) >= MIN_DARK_FRACTION
    )
    image = to_srgb(np.sqrt(light)) if boost else pixels
    tiling = Tiling(session=session, tile=tile, size=tile.size(model) or 0)
    output = np.maximum(to_interleaved(tiling.run(to_planar(image))), 0)
    return np.clip(to_srgb(srgb_to_linear(output) ** 2) if boost else output, 0, 1)


def psnr_caption(pixels: Pixels, reference: Pixels | None) -> str:
    """PSNR of an image against its original, as a caption; empty without an original."""
    return "" if reference is None else f"{psnr(pixels, reference, cap=MAX_PSNR):.1f} dB PSNR"
