"""Blur, pixelation and a second blur (`censorize`)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from dtproxies.networks.frame import pixel_grid
from dtproxies.networks.recursive import Recursive
from dtproxies.networks.sliders import broadcast_sliders

SHARP = 0.02
"""Smallest blur radius in pixels; below it, the blur has no effect in double precision."""


class Censorize(nn.Module):
    """`censorize` without noise, on linear light.

    Sliders: radius of the first blur in pixels, half the side of the large pixels, radius of the second blur. A slider
    at 0 skips its step. Both blurs clip negative light to black. A large pixel gets the mean of five pixels, its
    corners and its centre. With pixelation, darktable never writes the last row and column of the frame; in zeroed
    memory they are black, as here.
    """

    def __init__(self) -> None:
        super().__init__()
        self.blur = Recursive()
        self.middle = nn.Parameter(torch.tensor(-1.0))
        """Logarithm of the weight of the centre in the colour of a large pixel; the corners have the rest."""

    def forward(self, image: Tensor, sliders: Tensor, frame: Tensor) -> Tensor:
        """Run the network; shapes and units as in `dtproxies.networks`."""
        first, half, second = broadcast_sliders(sliders)
        blurred = self._blurred(image, first)
        half = torch.floor(half)
        large = torch.where(half > 0, self._pixelated(blurred, half.clamp(min=1), frame), blurred)
        return self._blurred(large, second)

    def _blurred(self, image: Tensor, radius: Tensor) -> Tensor:
        return torch.where(radius > 0, self.blur(image.clamp(min=0.0), radius.clamp(min=SHARP)), image)

    def _pixelated(self, image: Tensor, half: Tensor, frame: Tensor) -> Tensor:
        columns, rows = pixel_grid(image, frame)
        left, top, width, height = broadcast_sliders(frame)
        start, centre, end, columns_written = _large(columns, half, width)
        above, middle, below, rows_written = _large(rows, half, height)
        corners = [(row, column) for row in (above, below) for column in (start, end)]
        edges = sum((_at(image, row - top, column - left) for row, column in corners), torch.zeros_like(image))
        fraction = torch.exp(self.middle)
        colour = fraction * _at(image, middle - top, centre - left) + (1 - fraction) / len(corners) * edges
        return torch.where(columns_written & rows_written, colour, 0.0)


def _large(positions: Tensor, half: Tensor, size: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Compute first, middle and last position of the large pixel around each position, and the positions written."""
    first = torch.floor(positions / (2 * half)) * 2 * half
    middle = torch.minimum(first + half, size - 1)
    last = torch.minimum(middle + half, size - 1)
    return first, middle, last, positions < last


def _at(image: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
    """Sample [B, C, H, W] at rows [B, 1, H, 1] and columns [B, 1, 1, W], clamped to the image."""
    height, width = image.shape[-2:]
    picked = image.gather(2, rows.clamp(0, height - 1).long().expand_as(image))
    return picked.gather(3, columns.clamp(0, width - 1).long().expand_as(image))
