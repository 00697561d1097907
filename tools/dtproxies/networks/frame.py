"""Where pixels lie in the frame, for modules that place something in it.

`frame` [B, 4] holds left and top of the image in the frame, then the frame's width and height, all in pixels; a whole
image has 0, 0, its width and its height.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from dtproxies.vocabulary.module import Module


def whole_frame(image: Tensor) -> Tensor:
    """[B, 4] for images [B, C, H, W] that are the whole frame."""
    height, width = image.shape[-2:]
    return image.new_tensor([[0, 0, width, height]]).expand(image.shape[0], 4)


def pixel_grid(image: Tensor, frame: Tensor) -> tuple[Tensor, Tensor]:
    """Column [B, 1, 1, W] and row [B, 1, H, 1] of each pixel in the frame, counted from 0 as darktable does."""
    height, width = image.shape[-2:]
    columns = torch.arange(width, dtype=image.dtype, device=image.device).reshape(1, 1, 1, -1)
    rows = torch.arange(height, dtype=image.dtype, device=image.device).reshape(1, 1, -1, 1)
    left, top = frame[:, :2].reshape(-1, 2, 1, 1, 1).unbind(dim=1)
    return columns + left, rows + top


def unit_grid(image: Tensor, frame: Tensor) -> tuple[Tensor, Tensor]:
    """The same as shares of the frame's width and height, 0 to nearly 1."""
    columns, rows = pixel_grid(image, frame)
    width, height = frame[:, 2:].reshape(-1, 2, 1, 1, 1).unbind(dim=1)
    return columns / width, rows / height


def call(network: nn.Module, module: Module, image: Tensor, sliders: Tensor, frame: Tensor | None = None) -> Tensor:
    """Run a network of `module`, with `frame` where it takes one; by default the image is the whole frame."""
    placed = [whole_frame(image) if frame is None else frame] if module.frame else []
    made: Tensor = network(image, sliders, *placed)
    return made
