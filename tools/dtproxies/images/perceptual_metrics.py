"""Perceptual image metrics: structural similarity (SSIM) and colour difference (CIEDE2000)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

Values = NDArray[np.floating[Any]]

STABILISERS = (0.01**2, 0.03**2)
"""Constants C1 and C2 of SSIM for a peak of 1 (Wang et al. 2004, doi:10.1109/TIP.2003.819861)."""


def ssim(first: Values, second: Values) -> float:
    """Compute the mean structural similarity of two images [H, W, C] of peak 1; 1 for equal images.

    Windows are Gaussians with a standard deviation of 1.5 pixels, 11 pixels wide, as in the paper. Channels are
    averaged.
    """

    def mean(values: Values) -> Values:
        return gaussian_filter(values, sigma=(1.5, 1.5, 0), truncate=3.5)

    mean_first, mean_second = mean(first), mean(second)
    spread = mean(first * first) - mean_first**2 + mean(second * second) - mean_second**2
    covariance = mean(first * second) - mean_first * mean_second
    structure = (2 * covariance + STABILISERS[1]) / (spread + STABILISERS[1])
    light = (2 * mean_first * mean_second + STABILISERS[0]) / (mean_first**2 + mean_second**2 + STABILISERS[0])
    return float(np.mean(light * structure))


def delta_e(first: Values, second: Values) -> Values:
    """Compute CIEDE2000 of two images in Lab [..., 3]; about 1 is the smallest visible difference.

    Formula and test values: Sharma, Wu, Dalal 2005, doi:10.1002/col.20070.
    """
    lightness, chroma, hue = zip(_polar(first, second), _polar(second, first), strict=True)
    mean_l, mean_c = (lightness[0] + lightness[1]) / 2, (chroma[0] + chroma[1]) / 2
    hue_difference = (hue[1] - hue[0] + np.pi) % (2 * np.pi) - np.pi
    grey = chroma[0] * chroma[1] == 0
    hue_difference = np.where(grey, 0, hue_difference)
    mean_h = np.where(grey, hue[0] + hue[1], (hue[0] + hue_difference / 2) % (2 * np.pi))
    delta_h = 2 * np.sqrt(chroma[0] * chroma[1]) * np.sin(hue_difference / 2)
    weight = (
        1
        - 0.17 * np.cos(mean_h - np.radians(30))
        + 0.24 * np.cos(2 * mean_h)
        + 0.32 * np.cos(3 * mean_h + np.radians(6))
        - 0.20 * np.cos(4 * mean_h - np.radians(63))
    )
    scale_l = 1 + 0.015 * (mean_l - 50) ** 2 / np.sqrt(20 + (mean_l - 50) ** 2)
    scale_c, scale_h = 1 + 0.045 * mean_c, 1 + 0.015 * mean_c * weight
    blue = np.radians(30) * np.exp(-(((np.degrees(mean_h) - 275) / 25) ** 2))
    rotation = -np.sin(2 * blue) * 2 * np.sqrt(_seventh(mean_c))
    parts = [(lightness[1] - lightness[0]) / scale_l, (chroma[1] - chroma[0]) / scale_c, delta_h / scale_h]
    square = parts[0] ** 2 + parts[1] ** 2 + parts[2] ** 2 + rotation * parts[1] * parts[2]
    return np.asarray(np.sqrt(np.maximum(square, 0)))


def _polar(lab: Values, second: Values) -> tuple[Values, Values, Values]:
    """Convert `lab` to lightness, chroma and hue, with `a` scaled by the mean chroma of both images."""
    mean = (np.hypot(lab[..., 1], lab[..., 2]) + np.hypot(second[..., 1], second[..., 2])) / 2
    a = lab[..., 1] * (1.5 - 0.5 * np.sqrt(_seventh(mean)))
    return lab[..., 0], np.hypot(a, lab[..., 2]), np.arctan2(lab[..., 2], a) % (2 * np.pi)


def _seventh(chroma: Values) -> Values:
    return np.asarray(chroma**7 / (chroma**7 + 25.0**7))
