"""Gaussian blurs: with a variable radius, as a bank of fixed radii, and as a pyramid."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional


def gaussian(image: Tensor, sigma: Tensor, half: int) -> Tensor:
    """Blur every channel with a Gaussian; edges are replicated.

    Args:
        image: [B, C, H, W].
        sigma: [B, 1, 1, 1] or [B]; standard deviation in pixels, above zero. Differentiable.
        half: half width of the kernel in pixels: the receptive-field radius.
    """
    count, channels = image.shape[:2]
    steps = torch.arange(-half, half + 1, dtype=image.dtype, device=image.device)
    weights = torch.exp(-(steps**2) / (2 * sigma.reshape(-1, 1) ** 2))
    weights = (weights / weights.sum(dim=1, keepdim=True))[:, None]
    weights = weights.expand(count, channels, -1).reshape(count * channels, 1, -1, 1)
    return _separable(image.reshape(1, count * channels, *image.shape[2:]), weights, half).reshape(image.shape)


class GaussianBank(nn.Module):
    """Image blurred with several fixed radii, for mixing by slider values."""

    def __init__(self, sigmas: tuple[float, ...]) -> None:
        """Build the bank; `sigmas` are standard deviations in pixels, and kernels end at three of them."""
        super().__init__()
        self.sigmas = sigmas
        self.receptive_field = math.ceil(3 * max(sigmas))
        """Receptive-field radius in pixels."""

    def forward(self, image: Tensor) -> Tensor:
        """[B, C, H, W] -> [B, C * N, H, W]: all channels at the first radius, then all at the second."""
        radii = [image.new_full((1,), sigma) for sigma in self.sigmas]
        blurred = [
            gaussian(image, radius, math.ceil(3 * sigma)) for sigma, radius in zip(self.sigmas, radii, strict=True)
        ]
        return torch.cat(blurred, dim=1)


class Pyramid(nn.Module):
    """Detail of each octave and a coarse rest, which sum up to the image.

    Every level has half the width and height of the finer one, by means of 2 x 2 pixels. A tile equals the whole image
    only if it starts at a multiple of `alignment` pixels.
    """

    def __init__(self, levels: int) -> None:
        super().__init__()
        self._levels = levels
        self.alignment = 2**levels

    def split(self, image: Tensor) -> list[Tensor]:
        """Split [B, C, H, W] into one detail image per level, finest first, and the coarse rest."""
        parts = []
        for _ in range(self._levels):
            coarse = functional.avg_pool2d(image, 2, ceil_mode=True, count_include_pad=False)
            parts.append(image - self._up(coarse, image))
            image = coarse
        return [*parts, image]

    def join(self, parts: list[Tensor]) -> Tensor:
        """Add up detail images and the coarse rest: the inverse of `split`."""
        image = parts[-1]
        for detail in reversed(parts[:-1]):
            image = detail + self._up(image, detail)
        return image

    def _up(self, coarse: Tensor, like: Tensor) -> Tensor:
        height, width = like.shape[-2:]
        doubled = functional.interpolate(coarse, scale_factor=2.0, mode="bilinear", align_corners=False)
        return doubled[..., :height, :width]


def _separable(planes: Tensor, weights: Tensor, half: int) -> Tensor:
    """Convolve [1, N, H, W] with kernels [N, 1, 2 * half + 1, 1], along columns and then along rows."""
    count = planes.shape[1]
    planes = functional.conv2d(functional.pad(planes, (0, 0, half, half), mode="replicate"), weights, groups=count)
    padded = functional.pad(planes, (half, half, 0, 0), mode="replicate")
    return functional.conv2d(padded, weights.transpose(2, 3), groups=count)
