"""The guided filter (He, Sun, Tang 2013) with a colour image as its guide."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from dtproxies.networks.primaries import invert_3x3


def guided_filter(plane: Tensor, guide: Tensor, radius: int, even: Tensor) -> Tensor:
    """In every window the sum of the guide's channels that comes nearest to `plane`; what windows say is averaged.

    Args:
        plane: [B, 1, H, W].
        guide: [B, 3, H, W].
        radius: of the windows, in pixels; at the border they hold fewer.
        even: variance of the guide below which the plane is only blurred.
    """
    count, _, height, width = guide.shape
    mean, centre = window_mean(plane, radius), window_mean(guide, radius)
    pairs = (guide[:, :, None] * guide[:, None]).reshape(count, 9, height, width)
    spread = window_mean(pairs, radius).reshape(count, 3, 3, height, width) - centre[:, :, None] * centre[:, None]
    spread = spread.permute(0, 3, 4, 1, 2).reshape(-1, 3, 3) + even * torch.eye(3, dtype=guide.dtype)
    shared = (window_mean(guide * plane, radius) - centre * mean).permute(0, 2, 3, 1).reshape(-1, 3, 1)
    share = torch.matmul(invert_3x3(spread), shared).reshape(count, height, width, 3).permute(0, 3, 1, 2)
    rest = mean - torch.sum(share * centre, dim=1, keepdim=True)
    share, rest = window_mean(share, radius), window_mean(rest, radius)
    return torch.sum(share * guide, dim=1, keepdim=True) + rest


def window_mean(image: Tensor, radius: int) -> Tensor:
    """The mean of all pixels within `radius` along rows and columns; at the border there are fewer."""
    size = 2 * radius + 1
    rows = functional.avg_pool2d(image, (1, size), 1, (0, radius), count_include_pad=False)
    return functional.avg_pool2d(rows, (size, 1), 1, (radius, 0), count_include_pad=False)


def window_maximum(image: Tensor, radius: int) -> Tensor:
    """The largest value within `radius` along rows and columns."""
    return functional.max_pool2d(image, 2 * radius + 1, 1, radius)


def window_minimum(image: Tensor, radius: int) -> Tensor:
    """The smallest value within `radius` along rows and columns."""
    return -window_maximum(-image, radius)
