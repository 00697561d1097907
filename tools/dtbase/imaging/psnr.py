"""Peak signal-to-noise ratio (PSNR) of two images, in dB."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def psnr(actual: NDArray[np.floating[Any]], reference: NDArray[np.floating[Any]], *, cap: float) -> float:
    """Return the PSNR in dB for a peak value of 1, capped at `cap`; equal images get `cap`."""
    mean_square = float(np.mean((actual - reference) ** 2))
    return min(cap, -10 * float(np.log10(mean_square))) if mean_square else cap
