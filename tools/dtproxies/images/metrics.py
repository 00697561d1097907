"""Image quality metrics that compare an image with darktable's, display-referred and in linear light."""

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
"""Upper limit of reported PSNR in dB. Float32 rounding alone limits PSNR to about 155 dB near white, so higher values
would only compare rounding errors."""
FLOOR = {"lab": 1.0}
"""Smallest divisor of a relative error, by colour space; 2^-12 in the other spaces."""


@dataclass(frozen=True, kw_only=True)
class Metrics:
    """Metrics of one image compared with darktable's."""

    display_psnr: float
    """PSNR in dB, at most 150, of display-referred images (sRGB-encoded, clipped to 0..1); peak 1."""
    log_psnr: float
    """PSNR in dB, at most 150, of unclipped linear light encoded by `log_encode`; peak 1."""
    ssim: float
    """Structural similarity of display-referred images; 1 for equal images."""
    delta_e: float
    """Mean colour difference (CIEDE2000) of display-referred images."""
    max_error: float
    """Maximum absolute error, not clipped, in the module's own unit: white is 1, or L of 100."""
    relative_error: float
    """99.9th percentile of the relative error against darktable's values, not clipped."""


def compare(image: Pixels, reference: Pixels, module: Module) -> Metrics:
    """Compare an image with darktable's `reference`, both [H, W, 3] in the module's output space."""
    exact, expected = image.astype(np.float64), reference.astype(np.float64)
    error = np.abs(exact - expected)
    light = [from_space(one, module.result_space) for one in (exact, expected)]
    displayed = [to_display(one, module.result_space) for one in (exact, expected)]
    colours = [linear_rec709_to_lab(np.clip(one, 0, 1)) for one in light]
    return Metrics(
        display_psnr=psnr(*displayed, cap=CAP),
        log_psnr=psnr(*map(log_encode, light), cap=CAP),
        ssim=ssim(*displayed),
        delta_e=float(np.mean(delta_e(*colours))),
        max_error=float(error.max()),
        relative_error=float(
            np.percentile(error / np.maximum(np.abs(expected), FLOOR.get(module.result_space, 2.0**-12)), 99.9)
        ),
    )


def display_psnr(image: Pixels, reference: Pixels, module: Module) -> float:
    """Compute `Metrics.display_psnr` alone, in a tenth of the time of `compare`."""
    return psnr(to_display(image, module.result_space), to_display(reference, module.result_space), cap=CAP)


def encode_output(pixels: Pixels, module: Module) -> Values:
    """Scale a module's output to about one: light in stops by `log_encode`, or Lab divided by 100."""
    exact = pixels.astype(np.float64)
    return exact / 100 if module.result_space == "lab" else log_encode(exact)


def log_encode(light: Values) -> Values:
    """Encode linear light of any sign in stops above 2^-12, divided by 16: 16 times white is near 1, black is 0."""
    return np.sign(light) * np.log2(1 + np.abs(light) * 2.0**12) / 16


@dataclass(frozen=True, kw_only=True)
class MetricSummary:
    """Summary of one metric over many images."""

    mean: float
    p5: float
    """5th percentile from the bad end: 95 % of the images are at least as good."""
    worst: float


def summarise(values: Sequence[float], *, high_is_good: bool) -> MetricSummary:
    """Summarise a metric over images: mean, 5th percentile from the bad end, and worst value."""
    bad_end = 5 if high_is_good else 95
    worst = min(values) if high_is_good else max(values)
    return MetricSummary(mean=float(np.mean(values)), p5=float(np.percentile(values, bad_end)), worst=worst)
