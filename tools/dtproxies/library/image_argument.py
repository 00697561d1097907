"""Images as callers pass them, and as networks take them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from dtbase.system.errors import WrongUsage

Image = TypeVar("Image", NDArray[Any], Tensor)
"""H x W x C or B x C x H x W, as a numpy array or a tensor; what comes in goes out."""
_SHAPES = "H x W x {0} or B x {0} x H x W"


def to_batch(
    image: NDArray[Any] | Tensor, channels: int, device: torch.device
) -> tuple[Tensor, Callable[[Tensor], Any]]:
    """Convert an image to [B, C, H, W] in floating point on `device`, and return the way back.

    Args:
        image: numpy array or tensor, H x W x C or B x C x H x W. Integers are refused, because their white is unknown.
        channels: number of channels that the network takes.
        device: where the network is.

    Raises:
        WrongUsage: another shape or type.
    """
    shape = tuple(image.shape)
    expected = _SHAPES.format(channels)
    flat = len(shape) == 3
    if len(shape) not in (3, 4) or shape[2 if flat else 1] != channels or 0 in shape:
        fix = f"pass {expected}; three dimensions are height, width, channels, as in numpy and Pillow"
        raise WrongUsage(f"the image has the shape {' x '.join(map(str, shape))}, not {expected}", fix=fix)
    tensor = image if isinstance(image, Tensor) else _from_numpy(image)
    if not tensor.dtype.is_floating_point:
        fix = "divide by the value of white first, and undo the sRGB curve: a proxy takes linear light, 1 is white"
        raise WrongUsage(f"the image has integers ({image.dtype})", fix=fix)
    batch = tensor.permute(2, 0, 1)[None] if flat else tensor

    def back(output: Tensor) -> Any:
        result = output[0].permute(1, 2, 0) if flat else output
        if isinstance(image, Tensor):
            return result.to(dtype=image.dtype) if image.dtype != result.dtype else result
        return result.detach().cpu().numpy().astype(image.dtype, copy=False)

    return batch.to(device=device, dtype=torch.promote_types(batch.dtype, torch.float32)), back


def _from_numpy(image: NDArray[Any]) -> Tensor:
    array = np.ascontiguousarray(image)
    return torch.from_numpy(array if array.dtype.isnative else array.astype(array.dtype.newbyteorder("=")))
