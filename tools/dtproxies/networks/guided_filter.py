"""Guided filter (He, Sun, Tang 2013) with a colour image as its guide."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from dtproxies.networks.primaries import invert_3x3


def guided_filter(plane: Tensor, guide: Tensor, radius: int, epsilon: Tensor) -> Tensor:
    """Fit `plane` in every window by a linear function of the guide's channels, and average the fits.

    Args:
        plane: [B, 1, H, W].
        guide: [B, 3, H, W].
        radius: radius of the windows in pixels; windows are cut at the image border.
        epsilon: variance of the guide below which the plane is only blurred.
    """
    count, _, height, width = guide.shape
    mean, centre = window_mean(plane, radius), window_mean(guide, radius)
    pairs = (guide[:, :, None] * guide[:, None]).reshape(count, 9, height, width)
    covariance = window_mean(pairs, radius).reshape(count, 3, 3, height, width) - centre[:, :, None] * centre[:, None]
    covariance = covariance.permute(0, 3, 4, 1, 2).reshape(-1, 3, 3) + epsilon * torch.eye(3, dtype=guide.dtype)
    cross_covariance = (window_mean(guide * plane, radius) - centre * mean).permute(0, 2, 3, 1).reshape(-1, 3, 1)
    slope = torch.matmul(invert_3x3(covariance), cross_covariance).reshape(count, height, width, 3).permute(0, 3, 1, 2)
    intercept = mean - torch.sum(slope * centre, dim=1, keepdim=True)
    slope, intercept = window_mean(slope, radius), window_mean(intercept, radius)
    return torch.sum(slope * guide, dim=1, keepdim=True) + intercept


def window_mean(image: Tensor, radius: int) -> Tensor:
    """Compute the mean of all pixels within `radius` along rows and columns; windows are cut at the border."""
    size = 2 * radius + 1
    rows = functional.avg_pool2d(image, (1, size), 1, (0, radius), count_include_pad=False)
    return functional.avg_pool2d(rows, (size, 1), 1, (radius, 0), count_include_pad=False)


def window_maximum(image: Tensor, radius: int) -> Tensor:
    """Compute the largest value within `radius` along rows and columns."""
    return functional.max_pool2d(image, 2 * radius + 1, 1, radius)


def window_minimum(image: Tensor, radius: int) -> Tensor:
    """Compute the smallest value within `radius` along rows and columns."""
    return -window_maximum(-image, radius)
