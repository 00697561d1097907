"""Peak signal-to-noise ratio: how near two images are, in dB."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def psnr(found: NDArray[np.floating[Any]], wanted: NDArray[np.floating[Any]], *, best: float) -> float:
    """Peak signal-to-noise ratio in dB for a peak of 1, at most `best`, which equal images get."""
    square = float(np.mean((found - wanted) ** 2))
    return min(best, -10 * float(np.log10(square))) if square else best
