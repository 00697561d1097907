"""Colour masks of Bayer mosaics whose rows start red, green and then green, blue."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor


class BayerMasks(NamedTuple):
    """Masks of the pixels where each colour is measured, [1, 1, H, W] each."""

    red: Tensor
    green: Tensor
    blue: Tensor
    red_rows: Tensor
    """Rows with red pixels, [1, 1, H, 1]; the other rows have blue pixels."""


def bayer_masks(image: Tensor) -> BayerMasks:
    """Build the masks for an image [B, C, H, W] whose rows start red, green."""
    height, width = image.shape[-2:]
    even_rows = (torch.arange(height, device=image.device) % 2 == 0).reshape(1, 1, -1, 1)
    even_columns = (torch.arange(width, device=image.device) % 2 == 0).reshape(1, 1, 1, -1)
    red, blue = even_rows & even_columns, ~even_rows & ~even_columns
    return BayerMasks(red, ~(red | blue), blue, even_rows)
