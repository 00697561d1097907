"""Frame of a sweep: outputs of darktable and of the proxy at one slider value."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, kw_only=True, eq=False)
class Frame:
    """One position of the slider."""

    value: float
    darktable: NDArray[np.float64]
    """H x W x 3, as a screen shows it."""
    proxy: NDArray[np.float64]
    psnr: float
    """Display PSNR of the proxy in dB."""

    @property
    def apart(self) -> NDArray[np.float64]:
        """Absolute difference of the two; H x W x 3."""
        return np.abs(self.proxy - self.darktable)
