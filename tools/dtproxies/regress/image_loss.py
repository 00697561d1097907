"""Image loss of a search: distance between an image and the target."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from dtproxies.networks.colour import linear_to_srgb


@dataclass(frozen=True, kw_only=True, eq=False)
class Target:
    """The target image."""

    light: Tensor
    """[1, 3, H, W], linear Rec709."""
    clipped: bool
    """Whether it holds only what a screen shows, as files of integers do; then only that is compared."""
    margin: int = 0
    """Pixels along the border that do not count: they depend on what lies outside."""

    def loss(self, made: Tensor) -> Tensor:
        """Return the mean square difference of display-referred values, or of unclipped log-encoded values."""
        encode = screen if self.clipped else stops
        return torch.mean((encode(self._inside(made)) - encode(self._inside(self.light))) ** 2)

    def psnr(self, made: Tensor) -> float:
        """Return the PSNR in dB, sRGB display-referred."""
        square = torch.mean((screen(self._inside(made)) - screen(self._inside(self.light))) ** 2)
        return float(-10 * torch.log10(square.detach().clamp(min=1e-15)))

    def _inside(self, image: Tensor) -> Tensor:
        height, width = image.shape[-2:]
        return image[..., self.margin : height - self.margin, self.margin : width - self.margin]


def screen(light: Tensor) -> Tensor:
    """Return display-referred values: sRGB-encoded, clipped to 0..1."""
    return linear_to_srgb(light.clamp(0, 1))


def stops(light: Tensor) -> Tensor:
    """Linear light of any sign as stops above 2^-12, over 16, like `dtproxies.images.metrics.log_encode`."""
    return torch.sign(light) * torch.log2(1 + light.abs() * 2.0**12) / 16
