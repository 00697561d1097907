"""Functions that only move whole pixels, measured by letting darktable move an image of coordinates."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from dtproxies.replica.technical._place import Function, NoFunction, Place


def measured_gather(place: Place) -> Function:
    """Return the function that takes each output pixel from where darktable takes it.

    Raises:
        NoFunction: a pixel comes from between others, or from outside the image.
    """
    height, width, channels = place.step.input_shape
    if channels != 4:
        raise NoFunction("works on a mosaic here")
    coordinates = np.zeros((height, width, 4), np.float32)
    coordinates[..., 0], coordinates[..., 1] = np.arange(height)[:, None], np.arange(width)[None]
    moved = place.probe(coordinates)
    rows, columns = (np.rint(moved[..., channel]).astype(np.int64) for channel in (0, 1))
    whole = np.array_equal(rows, moved[..., 0]) and np.array_equal(columns, moved[..., 1])
    inside = rows.min() >= 0 and columns.min() >= 0 and rows.max() < height and columns.max() < width
    if not whole or not inside:
        raise NoFunction("moves pixels by fractions")
    index = torch.from_numpy(rows * width + columns)

    def run(image: Tensor) -> Tensor:
        flat = image.reshape(*image.shape[:2], -1)
        return flat[..., index.to(image.device).reshape(-1)].reshape(*image.shape[:2], *index.shape)

    return run
