"""A blur, large pixels, and another blur."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from dtproxies.networks.frame import pixel_grid
from dtproxies.networks.recursive import Recursive
from dtproxies.networks.sliders import broadcast_sliders

SHARP = 0.02
"""Of a blur with a smaller radius nothing is left in double precision."""


class Censorize(nn.Module):
    """`censorize` without noise, on linear light.

    Sliders: radius of the first blur in pixels, half the side of the large pixels, radius of the second blur. Where a
    radius is 0 its step is left out. Both blurs take negative light for black. A large pixel gets the mean of five
    pixels, its corners and its middle. darktable never writes the last row and the last column of the frame then; fresh
    memory makes them black, and so does the network.
    """

    def __init__(self) -> None:
        super().__init__()
        self.blur = Recursive()
        self.middle = nn.Parameter(torch.tensor(-1.0))
        """Logarithm of the share of the middle in the colour of a large pixel; the corners share the rest."""

    def forward(self, image: Tensor, sliders: Tensor, frame: Tensor) -> Tensor:
        """See `dtproxies.networks` for shapes and units."""
        first, half, second = broadcast_sliders(sliders)
        blurred = self._blurred(image, first)
        half = torch.floor(half)
        large = torch.where(half > 0, self._enlarged(blurred, half.clamp(min=1), frame), blurred)
        return self._blurred(large, second)

    def _blurred(self, image: Tensor, radius: Tensor) -> Tensor:
        return torch.where(radius > 0, self.blur(image.clamp(min=0.0), radius.clamp(min=SHARP)), image)

    def _enlarged(self, image: Tensor, half: Tensor, frame: Tensor) -> Tensor:
        columns, rows = pixel_grid(image, frame)
        left, top, width, height = broadcast_sliders(frame)
        start, centre, end, written = _large(columns, half, width)
        above, middle, below, written_too = _large(rows, half, height)
        corners = [(row, column) for row in (above, below) for column in (start, end)]
        edges = sum((_at(image, row - top, column - left) for row, column in corners), torch.zeros_like(image))
        share = torch.exp(self.middle)
        colour = share * _at(image, middle - top, centre - left) + (1 - share) / len(corners) * edges
        return torch.where(written & written_too, colour, 0.0)


def _large(places: Tensor, half: Tensor, size: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """First, middle and last place of the large pixel that each place lies in, and whether darktable writes it."""
    first = torch.floor(places / (2 * half)) * 2 * half
    middle = torch.minimum(first + half, size - 1)
    last = torch.minimum(middle + half, size - 1)
    return first, middle, last, places < last


def _at(image: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
    """Pixels of [B, C, H, W] at these rows [B, 1, H, 1] and columns [B, 1, 1, W], or the nearest there are."""
    height, width = image.shape[-2:]
    picked = image.gather(2, rows.clamp(0, height - 1).long().expand_as(image))
    return picked.gather(3, columns.clamp(0, width - 1).long().expand_as(image))
