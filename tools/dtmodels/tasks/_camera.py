"""Simple camera simulation for demos: sensor noise, a Bayer mosaic, and bilinear demosaicing."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import convolve

READ_NOISE = 3.0
"""Standard deviation of the read noise in electrons, typical of a good recent camera at medium ISO."""
SITES = ((0, 0, 0), (0, 1, 1), (1, 0, 1), (1, 1, 2))
"""Row, column and channel of the four sites of an RGGB block."""
LinearImage = NDArray[np.floating[Any]]


def add_sensor_noise(light: LinearImage, electrons: int, seed: int = 0) -> NDArray[np.float64]:
    """Add sensor noise to linear values: Poisson-distributed electrons and Gaussian read noise.

    Args:
        light: linear values of any shape, 1 is white.
        electrons: number of electrons at white.
        seed: seed of the noise.
    """
    rng = np.random.default_rng(seed)
    counted = rng.poisson(np.maximum(light, 0) * electrons) + rng.normal(0, READ_NOISE, light.shape)
    return np.asarray(counted / electrons, np.float64)


def to_mosaic(light: LinearImage) -> NDArray[np.float64]:
    """Height x width x 3 to a Bayer mosaic, height x width; sides are cropped to even numbers."""
    height, width = (side // 2 * 2 for side in light.shape[:2])
    sites = np.empty((height, width))
    for row, column, channel in SITES:
        sites[row::2, column::2] = light[row:height:2, column:width:2, channel]
    return sites


def pack_bayer_planes(sites: LinearImage) -> NDArray[np.float32]:
    """Height x width of a Bayer mosaic to four planes, 4 x height/2 x width/2, in the order R, G, G, B."""
    return np.stack([sites[row::2, column::2] for row, column, _ in SITES]).astype(np.float32)


def demosaic_bilinear(sites: LinearImage) -> NDArray[np.float64]:
    """Height x width of a Bayer mosaic to height x width x 3: each site gets the weighted mean of its neighbours."""
    weights = np.array([[1, 2, 1], [2, 4, 2], [1, 2, 1]], np.float64)
    channels = []
    for target in range(3):
        known = np.zeros(sites.shape)
        for row, column, channel in SITES:
            known[row::2, column::2] = float(channel == target)
        total = convolve(sites * known, weights, mode="mirror")
        channels.append(total / convolve(known, weights, mode="mirror"))
    return np.stack(channels, axis=-1)
