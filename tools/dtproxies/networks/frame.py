"""Pixel positions in the frame, for modules that depend on them, such as vignette.

`frame` [B, 4] holds the left and top position of the image in the frame, then width and height of the frame, in pixels.
For an image that is the whole frame it is 0, 0, width, height.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from dtproxies.vocabulary.module import Module

FRAME_VALUES, FRAME_UNIT = ("left", "top", "width", "height"), "px"
"""The four values of `frame`, in order, and their unit, as a package states them."""


def whole_frame(image: Tensor) -> Tensor:
    """Build `frame` [B, 4] for images [B, C, H, W] that are the whole frame."""
    height, width = image.shape[-2:]
    return image.new_tensor([[0, 0, width, height]]).expand(image.shape[0], 4)


def pixel_grid(image: Tensor, frame: Tensor) -> tuple[Tensor, Tensor]:
    """Compute column [B, 1, 1, W] and row [B, 1, H, 1] of each pixel in the frame, counted from 0 as in darktable."""
    height, width = image.shape[-2:]
    columns = torch.arange(width, dtype=image.dtype, device=image.device).reshape(1, 1, 1, -1)
    rows = torch.arange(height, dtype=image.dtype, device=image.device).reshape(1, 1, -1, 1)
    left, top = frame[:, :2].reshape(-1, 2, 1, 1, 1).unbind(dim=1)
    return columns + left, rows + top


def unit_grid(image: Tensor, frame: Tensor) -> tuple[Tensor, Tensor]:
    """Compute columns and rows as fractions of the frame's width and height, from 0 to just below 1."""
    columns, rows = pixel_grid(image, frame)
    width, height = frame[:, 2:].reshape(-1, 2, 1, 1, 1).unbind(dim=1)
    return columns / width, rows / height


def call(network: nn.Module, module: Module, image: Tensor, sliders: Tensor, frame: Tensor | None = None) -> Tensor:
    """Run the network of `module`, passing `frame` if the module needs it; by default the image is the whole frame."""
    extra = [whole_frame(image) if frame is None else frame] if module.frame else []
    result: Tensor = network(image, sliders, *extra)
    return result
