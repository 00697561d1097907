"""Seeded sample input: synthetic images, the same on every machine."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.float32]
DARKEST = 0.02


def seeded_image(channels: int, height: int, width: int, seed: int = 0) -> Image:
    """Image with gradients, edges, texture and noise.

    Returns:
        Shape [1, channels, height, width], values in 0..1.
    """
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0 : 1 : height * 1j, 0 : 1 : width * 1j]
    planes = [_plane(rng, x, y) for _ in range(channels)]
    grain = rng.random((channels, height, width)) - 0.5
    return np.clip(np.stack(planes) + 0.08 * grain, DARKEST, 1)[None].astype(np.float32)


def _plane(rng: np.random.Generator, x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    a, b, c = rng.random(3)
    waves = 0.4 + 0.2 * np.sin(7 * a * x + 5 * y) + 0.1 * np.cos(60 * b * y + 31 * x)
    disc = 0.3 * ((x - c) ** 2 + (y - b) ** 2 < 0.05)
    bars = 0.1 * (np.floor(12 * x + 3 * y) % 2)
    plane: NDArray[np.float64] = waves + disc + bars
    return plane


def seeded_scene_linear_image(channels: int, height: int, width: int, seed: int = 0) -> Image:
    """Scene-linear image over 16 stops: some values are negative, some far above 1.

    Returns:
        Shape [1, channels, height, width].
    """
    base = seeded_image(channels, height, width, seed)
    stops = seeded_image(1, height, width, seed + 1) * 16 - 10
    image: Image = base * np.exp2(stops) - np.float32(0.01)
    return image.astype(np.float32)


def uniform_image(value: float, channels: int, height: int, width: int) -> Image:
    """Uniform image, which reveals division by a zero range or deviation.

    Returns:
        Shape [1, channels, height, width].
    """
    return np.full((1, channels, height, width), value, np.float32)
