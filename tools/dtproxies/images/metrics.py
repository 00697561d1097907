"""How far an image is from darktable's, as seen and as computed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dtbase.imaging.colour import linear_rec709_to_lab
from dtbase.imaging.psnr import psnr
from dtproxies.images.image import Pixels
from dtproxies.images.module_spaces import from_space, to_display
from dtproxies.images.perceptual_metrics import delta_e, ssim
from dtproxies.vocabulary.module import Module

Values = NDArray[np.floating[Any]]

CAP = 150.0
"""Best signal-to-noise ratio given, in dB. Rounding to float32 alone costs about 155 where pixels are near white,
so better figures would compare roundings."""
FLOOR = {"lab": 1.0}
"""Values smaller than this count as this large when an error is divided by them; 2^-12 in the other spaces."""


@dataclass(frozen=True, kw_only=True)
class Metrics:
    """One image held against darktable's."""

    display_psnr: float
    """In dB, at most 150: both clipped to what a screen shows and sRGB-encoded; peak 1."""
    log_psnr: float
    """In dB, at most 150: linear light, not clipped, encoded by `log_encode`; peak 1."""
    ssim: float
    """Structural similarity of what a screen shows, 1 at best."""
    delta_e: float
    """Mean difference of colour (CIEDE2000) of what a screen shows."""
    max_error: float
    """Largest absolute difference, not clipped, in the module's own unit: white is 1, or L of 100."""
    relative_error: float
    """Difference that 99.9 % of the values stay below, as a share of darktable's value, not clipped."""


def compare(found: Pixels, wanted: Pixels, module: Module) -> Metrics:
    """Hold `found` against what darktable rendered, both H x W x 3 in the space that the module makes."""
    exact, right = found.astype(np.float64), wanted.astype(np.float64)
    apart = np.abs(exact - right)
    light = [from_space(one, module.result_space) for one in (exact, right)]
    screens = [to_display(one, module.result_space) for one in (exact, right)]
    colours = [linear_rec709_to_lab(np.clip(one, 0, 1)) for one in light]
    return Metrics(
        display_psnr=psnr(*screens, best=CAP),
        log_psnr=psnr(*map(log_encode, light), best=CAP),
        ssim=ssim(*screens),
        delta_e=float(np.mean(delta_e(*colours))),
        max_error=float(apart.max()),
        relative_error=float(
            np.percentile(apart / np.maximum(np.abs(right), FLOOR.get(module.result_space, 2.0**-12)), 99.9)
        ),
    )


def display_psnr(found: Pixels, wanted: Pixels, module: Module) -> float:
    """`Metrics.display_psnr` alone, in a tenth of the time."""
    return psnr(to_display(found, module.result_space), to_display(wanted, module.result_space), best=CAP)


def encode_output(pixels: Pixels, module: Module) -> Values:
    """A module's output as numbers of about one: stops of light, or Lab over 100."""
    exact = pixels.astype(np.float64)
    return exact / 100 if module.result_space == "lab" else log_encode(exact)


def log_encode(light: Values) -> Values:
    """Linear light of any sign as stops above 2^-12, divided by 16: 16 times white is near 1, black is 0."""
    return np.sign(light) * np.log2(1 + np.abs(light) * 2.0**12) / 16


@dataclass(frozen=True, kw_only=True)
class MetricSummary:
    """A figure over many pictures."""

    mean: float
    p5: float
    """What 95 % of the images reach or exceed in quality."""
    worst: float


def summarise(values: Sequence[float], *, high_is_good: bool) -> MetricSummary:
    """Mean, fifth percentile from the bad end, and the worst."""
    bad_end = 5 if high_is_good else 95
    worst = min(values) if high_is_good else max(values)
    return MetricSummary(mean=float(np.mean(values)), p5=float(np.percentile(values, bad_end)), worst=worst)
