"""The guided filter: a grey picture smoothed so that its edges are those of a coloured one."""

from __future__ import annotations

import torch
from torch import Tensor


def guided(image: Tensor, guide: Tensor, half: int, even: Tensor) -> Tensor:
    """In each window the straight line from the guide's colours that fits best, then the mean of all of them.

    Computed in float64: variances are small differences of large numbers. The sources: `src/common/guided_filter.c` of
    darktable; K. He, J. Sun and X. Tang, Guided image filtering, 2013.

    Args:
        image: [B, 1, H, W].
        guide: [B, 3, H, W].
        half: half width of the windows in pixels; at the border they are smaller.
        even: a number; variances of the guide below it count as evenness.
    """
    given, colours = image.double(), guide.double()
    pairs = [(one, other) for one in range(3) for other in range(one, 3)]
    squares = torch.cat([colours[:, one : one + 1] * colours[:, other : other + 1] for one, other in pairs], dim=1)
    means = window_mean(torch.cat([given, colours, colours * given, squares], dim=1), half)
    mean, colour, product, square = torch.split(means, [1, 3, 3, len(pairs)], dim=1)
    shared = (product - colour * mean).unbind(dim=1)
    spread = {
        pair: square[:, at] - colour[:, pair[0]] * colour[:, pair[1]] + (even if pair[0] == pair[1] else 0)
        for at, pair in enumerate(pairs)
    }
    slopes = torch.stack(_solved(spread, shared), dim=1)
    lines = window_mean(torch.cat([slopes, mean - (slopes * colour).sum(dim=1, keepdim=True)], dim=1), half)
    made = (lines[:, :3] * colours).sum(dim=1, keepdim=True) + lines[:, 3:]
    return made.to(image.dtype)


def window_mean(image: Tensor, half: int) -> Tensor:
    """The mean of all pixels within `half` rows and columns; at the border there are fewer of them."""
    for axis in (-2, -1):
        size = image.shape[axis]
        places = torch.arange(size, device=image.device)
        first, last = (places - half).clamp(min=0), (places + half).clamp(max=size - 1)
        sums = torch.cumsum(image, dim=axis)
        before = sums.index_select(axis, first) - image.index_select(axis, first)
        count = (last - first + 1).to(image.dtype)
        made = sums.index_select(axis, last) - before
        image = made / (count[:, None] if axis == -2 else count)
    return image


def _solved(matrix: dict[tuple[int, int], Tensor], right: tuple[Tensor, ...]) -> list[Tensor]:
    """The three numbers that a symmetric matrix, given by its upper half, takes to the right side; [B, H, W] each."""
    rows = [[matrix[min(row, column), max(row, column)] for column in range(3)] for row in range(3)]
    whole = _determinant(rows)
    solved = []
    for column in range(3):
        replaced = [[right[row] if at == column else rows[row][at] for at in range(3)] for row in range(3)]
        solved.append(_determinant(replaced) / whole)
    return solved


def _determinant(rows: list[list[Tensor]]) -> Tensor:
    (a, b, c), (d, e, f), (g, h, i) = rows
    return a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)
