"""Edge-preserving smoothing of a luminance mask: darktable's exposure-independent guided filter."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from dtproxies.networks.recursive import Recursive
from dtproxies.networks.sliders import broadcast_sliders

DOWNSCALE = 4.0
"""Downscaling factor of the filtered image; for smaller radii, the radius in pixels."""
MIN_DIVISOR = 1e-6


class SmoothMask(nn.Module):
    """Blend of each pixel with its local mean, weighted towards the pixel where variance is large for its luminance.

    Mean and variance are computed on a smaller image with linear interpolation both ways; the mean is the blur of
    `Recursive`. All these steps are linear and separable, so they form one matrix for rows and one for columns. The
    smaller image is stored in the first rows and columns of an image of full size. Source: `src/common/eigf.h` and
    `fast_guided_filter.h` of darktable.
    """

    def __init__(self) -> None:
        super().__init__()
        self.blur = Recursive()

    def forward(self, light: Tensor, blending: Tensor, feathering: Tensor, frame: Tensor) -> Tensor:
        """Smooth a mask.

        Args:
            light: [B, 1, H, W], above zero.
            blending: [B, 1, 1, 1], diameter in per cent of the longer side of the frame.
            feathering: [B, 1, 1, 1], sensitivity to variance; higher values preserve more edges.
            frame: see `dtproxies.networks.frame`.
        """
        width, height = broadcast_sliders(frame[:, 2:])
        radius = self._round_down(((blending * 0.01 * torch.maximum(width, height) - 1) / 2).clamp(min=0))
        downscale = radius.clamp(1.0, DOWNSCALE)
        sigma = torch.where(radius > DOWNSCALE, radius / DOWNSCALE, 1.0)
        (down, up_down), (across, up_across) = (self._lines(light.shape[axis], downscale, sigma) for axis in (-2, -1))
        small = _apply_lines(down, light, across)
        mean = _apply_lines(up_down[0], small, up_across[0])
        square = _apply_lines(up_down[0], small**2, up_across[0])
        mean, variance = (_apply_lines(up_down[1], one, up_across[1]) for one in (mean, square - mean**2))
        varied = variance / (mean * light).clamp(min=MIN_DIVISOR)
        own = varied / (varied + 1 / feathering)
        return own * light + (1 - own) * mean

    def _round_down(self, radius: Tensor) -> Tensor:
        """Round down as in darktable, except in training; gradients are those of the unrounded radius."""
        return radius if self.training else radius + (torch.floor(radius) - radius).detach()

    def _lines(self, length: int, downscale: Tensor, sigma: Tensor) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        """Build matrices [B, 1, length, length] that downscale a line, blur it, and upscale it again."""
        positions = torch.arange(length, dtype=downscale.dtype, device=downscale.device)
        full = positions[-1:] + 1
        count = torch.floor(full / downscale.detach()).clamp(min=1)
        return _interpolation(positions, full, count), (
            self.blur.lines(length, sigma, count),
            _interpolation(positions, count, full),
        )


def _interpolation(positions: Tensor, count: Tensor, target: Tensor) -> Tensor:
    """Compute linear interpolation weights from `count` to `target` pixels; the last pixel is replicated."""
    source = torch.minimum(positions * count / target, count - 1).transpose(-2, -1)
    return functional.relu(1 - (source - positions).abs())


def _apply_lines(down: Tensor, image: Tensor, across: Tensor) -> Tensor:
    return torch.matmul(torch.matmul(down, image), across.transpose(-2, -1))
