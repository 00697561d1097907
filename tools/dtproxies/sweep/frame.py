"""Frame of a sweep: outputs of darktable and of the proxy at one slider value."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, kw_only=True, eq=False)
class Frame:
    """Outputs at one slider value."""

    value: float
    darktable: NDArray[np.float64]
    """H x W x 3, display-referred."""
    proxy: NDArray[np.float64]
    psnr: float
    """PSNR of the proxy in dB, sRGB display-referred."""

    @property
    def difference(self) -> NDArray[np.float64]:
        """Absolute difference of the two; H x W x 3."""
        return np.abs(self.proxy - self.darktable)
