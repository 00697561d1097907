"""An image of light, smoothed within its edges: darktable's exposure-independent guided filter."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from dtproxies.networks.recursive import Recursive
from dtproxies.networks.sliders import broadcast_sliders

SHRINK = 4.0
"""The filter looks at an image that is so many times smaller, or as many times as its radius has pixels."""
LEAST = 1e-6


class SmoothMask(nn.Module):
    """Each pixel between itself and the mean around it: nearer to itself where light varies much for its size.

    Mean and variance are those of a smaller image, taken and put back by straight lines between pixels; the mean is
    that of `Recursive`. All of that is linear and the same for rows and columns, so that it is written as one matrix
    for either; the smaller image lies in the first rows and columns of one that has the size of the whole. The
    source: `src/common/eigf.h` and `fast_guided_filter.h` of darktable.
    """

    def __init__(self) -> None:
        super().__init__()
        self.blur = Recursive()

    def forward(self, light: Tensor, blending: Tensor, feathering: Tensor, frame: Tensor) -> Tensor:
        """Smooth it.

        Args:
            light: [B, 1, H, W], above zero.
            blending: [B, 1, 1, 1], diameter in per cent of the longer side of the frame.
            feathering: [B, 1, 1, 1], how little variance keeps a pixel as it is.
            frame: see `dtproxies.networks.frame`.
        """
        width, height = broadcast_sliders(frame[:, 2:])
        radius = self._whole(((blending * 0.01 * torch.maximum(width, height) - 1) / 2).clamp(min=0))
        shrink = radius.clamp(1.0, SHRINK)
        sigma = torch.where(radius > SHRINK, radius / SHRINK, 1.0)
        (down, up_down), (across, up_across) = (self._lines(light.shape[axis], shrink, sigma) for axis in (-2, -1))
        small = _both(down, light, across)
        mean = _both(up_down[0], small, up_across[0])
        square = _both(up_down[0], small**2, up_across[0])
        mean, variance = (_both(up_down[1], one, up_across[1]) for one in (mean, square - mean**2))
        varied = variance / (mean * light).clamp(min=LEAST)
        own = varied / (varied + 1 / feathering)
        return own * light + (1 - own) * mean

    def _whole(self, radius: Tensor) -> Tensor:
        """Rounded down as in darktable, but while training; slopes are those of a radius that is not rounded."""
        return radius if self.training else radius + (torch.floor(radius) - radius).detach()

    def _lines(self, length: int, shrink: Tensor, sigma: Tensor) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        """Matrices [B, 1, length, length] that make a line smaller, blur it, and make it as long as it was."""
        places = torch.arange(length, dtype=shrink.dtype, device=shrink.device)
        whole = places[-1:] + 1
        count = torch.floor(whole / shrink.detach()).clamp(min=1)
        return _between(places, whole, count), (self.blur.lines(length, sigma, count), _between(places, count, whole))


def _between(places: Tensor, count: Tensor, made: Tensor) -> Tensor:
    """Shares of `count` pixels in each of `made`, by straight lines; the last pixel goes on outwards."""
    wanted = torch.minimum(places * count / made, count - 1).transpose(-2, -1)
    return functional.relu(1 - (wanted - places).abs())


def _both(down: Tensor, image: Tensor, across: Tensor) -> Tensor:
    return torch.matmul(torch.matmul(down, image), across.transpose(-2, -1))
