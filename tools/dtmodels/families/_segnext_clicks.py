"""Clicks as SegNext sees them: disks in an image, one channel for positive clicks and one for negative ones."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from dtmodels.families._segnext_network import SIDE

RECTANGLES = (0, 3, 4, 5)
"""A disk of radius 5 is the union of four rectangles, of these half heights and, in reverse, half widths, in pixels."""
KINDS = (1, 0)
"""Labels of the channels' clicks; a click of another label leaves no disk."""


class Disks(nn.Module):
    """Disks of radius 5 around each click: 81 pixels, fewer at a border.

    A pixel is in a disk if the squares of its distances from the click, in rows and in columns, add up to 25 or less.
    Positions are rounded first, half upwards, as the authors do. All disks together are one product of a matrix of rows
    and one of columns, since comparing each pixel with each click would take longer than some layers of the network.
    """

    line: Tensor
    reach: Tensor
    kinds: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("line", torch.arange(SIDE, dtype=torch.float32))
        self.register_buffer("reach", torch.tensor(RECTANGLES, dtype=torch.float32).reshape(-1, 1, 1))
        self.register_buffer("kinds", torch.tensor(KINDS, dtype=torch.float32).reshape(-1, 1, 1, 1))

    def forward(self, clicks: Tensor, labels: Tensor) -> Tensor:
        """`[1, N, 2]` as x, y in pixels and `[1, N]` to `[1, 2, 1024, 1024]` of zeros and ones."""
        distance = (torch.floor(clicks.transpose(0, 2) + 0.5) - self.line).abs()
        columns, rows = distance.chunk(2)
        across, down = (columns <= self.reach.flip(0)).float(), (rows <= self.reach).float()
        chosen = (labels.reshape(-1, 1) == self.kinds).float()
        found = (down * chosen).flatten(1, 2).transpose(1, 2) @ across.flatten(0, 1)
        return found.clamp(max=1)[None]
