"""rawprepare: sensor values become 0 for black and 1 for white; the frame of the sensor is cut off.

Formula: (value - black) / (white - black), with one black level for each of the four sites of a Bayer mosaic, counted
from the corner of the sensor, not of the cut (darktable 5.4.1, `_BL` in `src/iop/rawprepare.c`).
"""

from __future__ import annotations

import torch
from torch import Tensor

from dtproxies.replica.technical._place import Function, NoFunction, Place

BLACK = "raw_black_level_separate[{}]"


def build(place: Place) -> Function:
    """Take the levels from the parameters, which darktable fills from the file."""
    params, step = place.params, place.step
    if params.get("flat_field", 0):
        raise NoFunction("corrects the vignetting of the lens by a map in the file")
    if step.input_shape[2] != 1:
        raise NoFunction("prepares an image that is no mosaic")
    left, top = int(params["left"]), int(params["top"])
    height, width, _ = step.output_shape
    black = torch.tensor([params[BLACK.format(site)] for site in range(4)], dtype=torch.float32)
    scale = params["raw_white_point"] - black

    def run(image: Tensor) -> Tensor:
        cut = image[..., top : top + height, left : left + width]
        rows = (top + torch.arange(height, device=image.device)[:, None]) % 2
        columns = (left + torch.arange(width, device=image.device)[None]) % 2
        site = 2 * rows + columns
        levels, scales = black.to(image)[site], scale.to(image)[site]
        return (cut - levels) / scales

    return run
