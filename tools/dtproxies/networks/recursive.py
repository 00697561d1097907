"""darktable's Gaussian blur: a recursive filter with longer tails than a Gaussian."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from dtproxies.networks import two_float
from dtproxies.networks.exact_sums import exact_matmul


class Recursive(nn.Module):
    """Deriche's filter of second order along columns and rows: kernel (1 + a |n|) exp(-a |n|), edges replicated.

    The kernel is unbounded and not truncated: each line is multiplied by a square matrix with as many rows as the line
    has pixels. Source: `src/common/gaussian.c` of darktable, order zero; R. Deriche,
    Recursively implementing the Gaussian and its derivatives, 1993.
    """

    def __init__(self, *, exact: bool = False) -> None:
        """Build the filter; `exact` sums give the same result in a tile and in the whole image, in more time."""
        super().__init__()
        self._exact = exact
        self.rate = nn.Parameter(torch.tensor(1.4))
        """Product of the kernel's a and the standard deviation."""

    def forward(self, image: Tensor, sigma: Tensor) -> Tensor:
        """Blur every channel of `image` [B, C, H, W]; `sigma` [B, 1, 1, 1] is the standard deviation in pixels."""
        down, across = (self.lines(image.shape[axis], sigma) for axis in (-2, -1))
        if not self._exact:
            return torch.matmul(torch.matmul(down, image), across.transpose(-2, -1))
        columns = exact_matmul(down, image, weights_first=True)
        return exact_matmul(columns, across.transpose(-2, -1), weights_first=False)

    def lines(self, length: int, sigma: Tensor, count: Tensor | None = None) -> Tensor:
        """Compute the matrix [B, 1, length, length]: weight of each pixel (column) in each blurred pixel (row).

        Args:
            length: length of the line in pixels.
            sigma: [B, 1, 1, 1], standard deviation in pixels.
            count: [B, 1, 1, 1], number of valid pixels from the first on; by default all. Invalid pixels have weight
                zero; their rows are finite but meaningless.
        """
        slope = self.rate / sigma
        decay, loss = two_float.exp_rounded(-slope), two_float.one_minus_exp(-slope)
        norm = loss * (1 + decay) + 2 * slope * decay

        def tail(distance: Tensor) -> tuple[Tensor, Tensor]:
            """Compute the exponent of the kernel at a distance, and the exponential."""
            exponent = slope * distance
            return exponent, two_float.exp_rounded(-exponent) / norm

        def beyond(distance: Tensor) -> Tensor:
            """Sum the kernel from a distance outwards."""
            exponent, exponential = tail(distance)
            return exponential * ((1 + exponent) * loss + slope * decay)

        positions = torch.arange(length, dtype=sigma.dtype, device=sigma.device)
        exponent, exponential = tail(positions)
        kernel = loss**2 * (1 + exponent) * exponential
        offsets = (positions[:, None] - positions[None, :]).abs().long()
        inside = kernel.index_select(-1, offsets.reshape(-1)).reshape(*kernel.shape[:2], length, length)
        end = (positions[-1:] + 1 if count is None else count) - 1
        at_first, at_last = (positions == 0).to(sigma.dtype), (positions == end).to(sigma.dtype)
        middle = (positions <= end).to(sigma.dtype) - at_first - at_last
        rows = positions[:, None]
        return inside * middle + beyond(rows) * at_first + beyond((end - rows).clamp(min=0)) * at_last
