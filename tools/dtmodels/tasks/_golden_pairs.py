"""Golden pairs: pictures before and after, rendered by darktable itself, that a proxy is held against."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file

from dtbase.errors import Failure
from dtmodels.graph.runtime import Session

TENSORS = ("input", "sliders", "output")
PEAK = 1.0
"""Reference value of the signal-to-noise ratio: diffuse white, or L = 100 where pixels are Lab."""
BEST = 200.0
"""What equal pictures are given instead of infinity."""


def compare_pairs(session: Session, golden: Path, *, lab: bool) -> Mapping[str, float]:
    """Run a proxy on the golden inputs.

    Args:
        session: the loaded proxy.
        golden: safetensors with `input` [N, 3, H, W], `sliders` [N, P] and `output` [N, 3, H, W].
        lab: whether pixels are Lab, where L of 100 is the peak.

    Returns:
        `psnr_db_mean` and `psnr_db_worst` over the pairs, in decibels.

    Raises:
        Failure: the file does not hold these tensors.
        GraphFailure: ONNX Runtime refuses a call.
    """
    pairs = _load(golden)
    peak = 100.0 if lab else PEAK
    figures = [
        psnr(session.call(image[None], sliders[None]).outputs["output"][0], wanted, peak)
        for image, sliders, wanted in zip(*pairs, strict=True)
    ]
    return {"psnr_db_mean": float(np.mean(figures)), "psnr_db_worst": float(np.min(figures))}


def psnr(found: NDArray[np.float32], wanted: NDArray[np.float32], peak: float) -> float:
    """Peak signal-to-noise ratio in decibels, at most 200."""
    square = float(np.mean((found.astype(np.float64) - wanted) ** 2))
    return min(BEST, 10 * float(np.log10(peak**2 / square))) if square else BEST


def _load(golden: Path) -> list[NDArray[np.float32]]:
    try:
        tensors = load_file(golden)
    except (SafetensorError, OSError) as wrong:
        raise Failure(f"cannot be read: {wrong}", where=str(golden)) from wrong
    missing = [name for name in TENSORS if name not in tensors]
    if missing or len({len(tensors[name]) for name in TENSORS}) != 1:
        what = f"holds {', '.join(sorted(tensors))}, not the same number of {', '.join(TENSORS)}"
        raise Failure(what, where=str(golden), fix="render the golden pairs again")
    return [tensors[name].astype(np.float32) for name in TENSORS]
