"""The blur that darktable calls Gaussian: a recursive filter, whose tails are longer."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Recursive(nn.Module):
    """Deriche's filter of second order, down and across: a kernel (1 + a |n|) exp(-a |n|), edges continued outwards.

    A recursive filter is not bounded, and nothing is cut off here: each line is multiplied with a matrix of as many
    rows and columns as it has pixels. The source: `src/common/gaussian.c` of darktable, order zero; R. Deriche,
    Recursively implementing the Gaussian and its derivatives, 1993.
    """

    def __init__(self) -> None:
        super().__init__()
        self.rate = nn.Parameter(torch.tensor(1.4))
        """a times the standard deviation."""

    def forward(self, image: Tensor, sigma: Tensor) -> Tensor:
        """Blur every channel of `image` [B, C, H, W]; `sigma` [B, 1, 1, 1] is the standard deviation in pixels."""
        down, across = (self.lines(image.shape[axis], sigma) for axis in (-2, -1))
        return torch.matmul(torch.matmul(down, image), across.transpose(-2, -1))

    def lines(self, length: int, sigma: Tensor, count: Tensor | None = None) -> Tensor:
        """[B, 1, length, length]: the share of each pixel (column) in each blurred one (row).

        Args:
            length: of the line, in pixels.
            sigma: [B, 1, 1, 1], standard deviation in pixels.
            count: [B, 1, 1, 1], how many of these pixels there are, from the first on; by default all. The others
                have no share; their rows mean nothing, and are finite.
        """
        slope = self.rate / sigma
        decay = torch.exp(-slope)
        norm = 1 + 2 * slope * decay - decay**2
        places = torch.arange(length, dtype=sigma.dtype, device=sigma.device)
        apart = (places[:, None] - places[None, :]).abs()
        inside = (1 - decay) ** 2 / norm * (1 + slope * apart) * torch.exp(-slope * apart)

        def beyond(distance: Tensor) -> Tensor:
            """Sum of the kernel from there on, outwards."""
            return torch.exp(-slope * distance) / norm * ((1 + slope * distance) * (1 - decay) + slope * decay)

        end = (places[-1:] + 1 if count is None else count) - 1
        at_first, at_last = (places == 0).to(sigma.dtype), (places == end).to(sigma.dtype)
        middle = (places <= end).to(sigma.dtype) - at_first - at_last
        rows = places[:, None]
        return inside * middle + beyond(rows) * at_first + beyond((end - rows).clamp(min=0)) * at_last
