"""Resampling with fixed sizes as a matrix product: exact, without operators that an execution provider lacks."""

from __future__ import annotations

import torch
import torch.nn.functional as F  # noqa: N812 - its usual name
from torch import Tensor


def bicubic(before: int, after: int) -> Tensor:
    """Matrix `[after, before]` that resamples a line of `before` values as torch's bicubic interpolation does.

    An image `[..., H, W]` becomes `bicubic(H, h) @ image @ bicubic(W, w).T`. Computed in float64, returned as
    float32.
    """
    unit = torch.eye(before, dtype=torch.float64).reshape(1, before, before, 1)
    columns = F.interpolate(unit, size=(after, 1), mode="bicubic", align_corners=False)
    return columns.reshape(before, after).T.contiguous().float()


def bilinear_corners(before: int, after: int) -> Tensor:
    """Matrix `[after, before]` of a bilinear interpolation whose first and last values stay: `align_corners=True`.

    Computed in float64, returned as float32: torch's own positions are float32, and cost digits on long lines.
    """
    unit = torch.eye(before, dtype=torch.float64).reshape(1, before, before, 1)
    columns = F.interpolate(unit, size=(after, 1), mode="bilinear", align_corners=True)
    return columns.reshape(before, after).T.contiguous().float()
