"""Golden pairs: input and output images rendered by darktable, which a proxy is compared with."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file

from dtbase.imaging.colour import linear_to_srgb
from dtbase.imaging.psnr import psnr
from dtbase.system.errors import Failure
from dtmodels.graph.runtime import Session
from dtmodels.tasks._proxy_call import call_proxy

TENSORS = ("input", "sliders", "output")
LAB_WHITE = 100.0
"""L of diffuse white."""
MAX_PSNR = 200.0
"""PSNR reported for equal images, in dB."""


def compare_pairs(session: Session, golden: Path, *, space: str) -> Mapping[str, float]:
    """Run a proxy on the golden inputs, and compare its outputs.

    Args:
        session: the loaded proxy.
        golden: safetensors with `input` [N, 3, H, W], `sliders` [N, P] and `output` [N, 3, H, W];
            a mosaic has one channel.
        space: of the output pixels.

    Returns:
        `psnr_db_mean` and `psnr_db_worst` over the pairs, in dB, display-referred: RGB clipped to 0..1 and
        sRGB-encoded, Lab divided by 100.

    Raises:
        Failure: the file does not contain these tensors.
        GraphFailure: ONNX Runtime fails a call.
    """
    pairs = _load(golden)
    values = [
        psnr(
            _display_referred(call_proxy(session, image[None], sliders[None]).outputs["output"][0], space),
            _display_referred(expected, space),
            cap=MAX_PSNR,
        )
        for image, sliders, expected in zip(*pairs, strict=True)
    ]
    return {"psnr_db_mean": float(np.mean(values)), "psnr_db_worst": float(np.min(values))}


def _display_referred(pixels: NDArray[np.float32], space: str) -> NDArray[np.float64]:
    if space == "lab":
        return pixels.astype(np.float64) / LAB_WHITE
    clipped = np.clip(pixels.astype(np.float64), 0, 1)
    return clipped if space == "display" else np.asarray(linear_to_srgb(clipped), np.float64)


def _load(golden: Path) -> list[NDArray[np.float32]]:
    try:
        tensors = load_file(golden)
    except (SafetensorError, OSError) as exc:
        raise Failure(f"cannot be read: {exc}", where=str(golden)) from exc
    missing = [name for name in TENSORS if name not in tensors]
    if missing or len({len(tensors[name]) for name in TENSORS}) != 1:
        what = f"contains {', '.join(sorted(tensors))}, not the same number of {', '.join(TENSORS)}"
        raise Failure(what, where=str(golden), fix="render the golden pairs again")
    return [tensors[name].astype(np.float32) for name in TENSORS]
