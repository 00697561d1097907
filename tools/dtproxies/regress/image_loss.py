"""Image loss of a search: distance between an image and the target."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from dtproxies.networks.colour import linear_to_srgb


@dataclass(frozen=True, kw_only=True, eq=False)
class Target:
    """Target image of a search."""

    light: Tensor
    """[1, 3, H, W], linear Rec709."""
    clipped: bool
    """True if it has display-referred values only, as integer files do; then only those are compared."""
    margin: int = 0
    """Width in pixels of the border that is not compared, because it depends on pixels outside the crop."""

    def loss(self, output: Tensor) -> Tensor:
        """Return the mean square difference of display-referred values, or of unclipped log-encoded values."""
        return torch.mean(self.residuals(output) ** 2)

    def residuals(self, output: Tensor) -> Tensor:
        """Return these differences, [1, 3, H, W]."""
        encode = to_srgb_clipped if self.clipped else log_encode
        return encode(self._inside(output)) - encode(self._inside(self.light))

    def psnr(self, output: Tensor) -> float:
        """Return the PSNR in dB, sRGB display-referred."""
        square = torch.mean((to_srgb_clipped(self._inside(output)) - to_srgb_clipped(self._inside(self.light))) ** 2)
        return float(-10 * torch.log10(square.detach().clamp(min=1e-15)))

    def _inside(self, image: Tensor) -> Tensor:
        height, width = image.shape[-2:]
        return image[..., self.margin : height - self.margin, self.margin : width - self.margin]


def to_srgb_clipped(light: Tensor) -> Tensor:
    """Return display-referred values: sRGB-encoded, clipped to 0..1."""
    return linear_to_srgb(light.clamp(0, 1))


def log_encode(light: Tensor) -> Tensor:
    """Return linear values as signed stops above 2^-12, divided by 16, like `dtproxies.images.metrics.log_encode`."""
    return torch.sign(light) * torch.log2(1 + light.abs() * 2.0**12) / 16
