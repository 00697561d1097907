"""Demosaicing by patterned pixel grouping (PPG); darktable's RCD uses it at the borders."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from dtproxies.networks.bayer import bayer_masks
from dtproxies.networks.neighbourhood import Neighbours, interior_mask, shifted_neighbours, sum_3x3


def demosaic_ppg(values: Tensor, clipped: Tensor) -> Tensor:
    """Demosaic a mosaic whose rows start red, green.

    Green is interpolated in the direction of less change, red and blue by differences to green. Within three pixels of
    the border, green is the mean of its neighbours; in the outermost rows and columns all colours are such means.

    Args:
        values: [B, 1, H, W].
        clipped: bool [B, 1, 1, 1]; True to clip negative results to zero.

    Returns:
        [B, 3, H, W].
    """
    masks, known = bayer_masks(values), functional.relu(values)
    mean_red, mean_green, mean_blue = (_mean(values, mask, clipped) for mask in masks[:3])
    green = torch.where(interior_mask(values, 3), _clip(_green(shifted_neighbours(values, 3)), clipped), mean_green)
    green = torch.where(masks.green, known, green)
    across, down, diagonal = _interpolate(shifted_neighbours(known, 1), shifted_neighbours(green, 1))
    red = torch.where(masks.blue, diagonal, torch.where(masks.red_rows, across, down))
    blue = torch.where(masks.red, diagonal, torch.where(masks.red_rows, down, across))
    interior = interior_mask(values, 1)
    red = torch.where(masks.red, known, torch.where(interior, _clip(red, clipped), mean_red))
    blue = torch.where(masks.blue, known, torch.where(interior, _clip(blue, clipped), mean_blue))
    return torch.cat([red, green, blue], dim=1)


def _clip(values: Tensor, clipped: Tensor) -> Tensor:
    return torch.where(clipped, functional.relu(values), values)


def _mean(values: Tensor, mask: Tensor, clipped: Tensor) -> Tensor:
    """Average the pixels of one colour in 3 x 3 pixels."""
    measured = mask.to(values.dtype)
    return _clip(sum_3x3(values * measured) / sum_3x3(measured), clipped)


def _green(neighbour: Neighbours) -> Tensor:
    estimates, changes, ends = [], [], []
    for down, across in ((0, 1), (1, 0)):
        before, after = (
            [neighbour(side * step * down, side * step * across) for step in (1, 2, 3)] for side in (-1, 1)
        )
        centre = neighbour(0, 0)
        estimates.append(((before[0] + centre + after[0]) * 2 - after[1] - before[1]) / 4)
        close = (before[1] - centre).abs() + (after[1] - centre).abs() + (before[0] - after[0]).abs()
        far = (after[2] - after[0]).abs() + (before[2] - before[0]).abs()
        changes.append(close * 3 + far * 2)
        ends.append((torch.minimum(before[0], after[0]), torch.maximum(before[0], after[0])))
    between = [torch.maximum(torch.minimum(one, high), low) for one, (low, high) in zip(estimates, ends, strict=True)]
    return torch.where(changes[0] > changes[1], between[1], between[0])


def _interpolate(known: Neighbours, green: Neighbours) -> tuple[Tensor, Tensor, Tensor]:
    """Interpolate a colour from pixels at left and right, above and below, and at the corners."""

    def estimate(down: int, across: int) -> Tensor:
        ends = known(-down, -across) + known(down, across)
        return ends + 2 * green(0, 0) - green(-down, -across) - green(down, across)

    def change(down: int, across: int) -> Tensor:
        greens = [(green(side * down, side * across) - green(0, 0)).abs() for side in (-1, 1)]
        return (known(-down, -across) - known(down, across)).abs() + greens[0] + greens[1]

    falling, rising = estimate(1, 1), estimate(-1, 1)
    first, second = change(1, 1), change(-1, 1)
    even = (falling + rising) / 4
    diagonal = torch.where(first > second, rising / 2, torch.where(first < second, falling / 2, even))
    return estimate(0, 1) / 2, estimate(1, 0) / 2, diagonal
