"""Gaussian blurs: one whose radius the sliders decide, a bank of fixed ones, and a pyramid."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional


def gaussian(image: Tensor, sigma: Tensor, half: int) -> Tensor:
    """Blur every channel; edges are continued outwards.

    Args:
        image: [B, C, H, W].
        sigma: [B, 1, 1, 1] or [B]; standard deviation in pixels, above zero. Differentiable.
        half: half width of the kernel in pixels, which is the reach.
    """
    count, channels = image.shape[:2]
    steps = torch.arange(-half, half + 1, dtype=image.dtype, device=image.device)
    weights = torch.exp(-(steps**2) / (2 * sigma.reshape(-1, 1) ** 2))
    weights = (weights / weights.sum(dim=1, keepdim=True))[:, None]
    weights = weights.expand(count, channels, -1).reshape(count * channels, 1, -1, 1)
    return _separable(image.reshape(1, count * channels, *image.shape[2:]), weights, half).reshape(image.shape)


class GaussianBank(nn.Module):
    """The image blurred by several fixed radii, to be mixed as the sliders say."""

    def __init__(self, sigmas: tuple[float, ...]) -> None:
        """Build it; `sigmas` are standard deviations in pixels, cut off at three of them."""
        super().__init__()
        self.sigmas = sigmas
        self.reach = math.ceil(3 * max(sigmas))
        """Pixels around an output pixel that it looks at."""

    def forward(self, image: Tensor) -> Tensor:
        """[B, C, H, W] -> [B, C * N, H, W]: all channels at the first radius, then all at the second."""
        radii = [image.new_full((1,), sigma) for sigma in self.sigmas]
        blurred = [
            gaussian(image, radius, math.ceil(3 * sigma)) for sigma, radius in zip(self.sigmas, radii, strict=True)
        ]
        return torch.cat(blurred, dim=1)


class Pyramid(nn.Module):
    """Detail of each octave, and what is left: their sum is the image.

    Every level is half as wide and high as the one above, by means of 2 x 2 pixels. A tile equals the whole image
    only where it begins at a multiple of `alignment` pixels.
    """

    def __init__(self, levels: int) -> None:
        super().__init__()
        self._levels = levels
        self.alignment = 2**levels

    def split(self, image: Tensor) -> list[Tensor]:
        """[B, C, H, W] -> one image of detail for each level, finest first, and the coarse rest."""
        parts = []
        for _ in range(self._levels):
            coarse = functional.avg_pool2d(image, 2, ceil_mode=True, count_include_pad=False)
            parts.append(image - self._up(coarse, image))
            image = coarse
        return [*parts, image]

    def join(self, parts: list[Tensor]) -> Tensor:
        """The inverse of `split`."""
        image = parts[-1]
        for detail in reversed(parts[:-1]):
            image = detail + self._up(image, detail)
        return image

    def _up(self, coarse: Tensor, like: Tensor) -> Tensor:
        height, width = like.shape[-2:]
        doubled = functional.interpolate(coarse, scale_factor=2.0, mode="bilinear", align_corners=False)
        return doubled[..., :height, :width]


def _separable(planes: Tensor, weights: Tensor, half: int) -> Tensor:
    """[1, N, H, W] with the kernels [N, 1, 2 * half + 1, 1], first down and then across."""
    count = planes.shape[1]
    planes = functional.conv2d(functional.pad(planes, (0, 0, half, half), mode="replicate"), weights, groups=count)
    padded = functional.pad(planes, (half, half, 0, 0), mode="replicate")
    return functional.conv2d(padded, weights.transpose(2, 3), groups=count)
