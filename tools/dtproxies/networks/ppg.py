"""Demosaicing by patterned pixel grouping, which is fast and simple; darktable also does borders so."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from dtproxies.networks.bayer import bayer_masks
from dtproxies.networks.neighbourhood import Neighbours, interior_mask, shifted_neighbours, sum_3x3

REACH = 4
"""Pixels around an output pixel that it looks at."""


def demosaic_ppg(values: Tensor, clipped: Tensor) -> Tensor:
    """The three colours of a mosaic that starts red, green.

    Green comes from the direction in which less changes, the others from differences to green. Within three pixels of
    the border green is the mean of its neighbours; the outermost row and column have means alone.

    Args:
        values: [B, 1, H, W].
        clipped: bool [B, 1, 1, 1]; whether negative results become zero.

    Returns:
        [B, 3, H, W].
    """
    places, known = bayer_masks(values), functional.relu(values)
    mean_red, mean_green, mean_blue = (_mean(values, place, clipped) for place in places[:3])
    green = torch.where(interior_mask(values, 3), _cut(_green(shifted_neighbours(values, 3)), clipped), mean_green)
    green = torch.where(places.green, known, green)
    across, down, diagonal = _others(shifted_neighbours(known, 1), shifted_neighbours(green, 1))
    red = torch.where(places.blue, diagonal, torch.where(places.red_rows, across, down))
    blue = torch.where(places.red, diagonal, torch.where(places.red_rows, down, across))
    whole = interior_mask(values, 1)
    red = torch.where(places.red, known, torch.where(whole, _cut(red, clipped), mean_red))
    blue = torch.where(places.blue, known, torch.where(whole, _cut(blue, clipped), mean_blue))
    return torch.cat([red, green, blue], dim=1)


def _cut(values: Tensor, clipped: Tensor) -> Tensor:
    return torch.where(clipped, functional.relu(values), values)


def _mean(values: Tensor, place: Tensor, clipped: Tensor) -> Tensor:
    """Of the pixels of one colour in the 3 x 3 around."""
    there = place.to(values.dtype)
    return _cut(sum_3x3(values * there) / sum_3x3(there), clipped)


def _green(near: Neighbours) -> Tensor:
    guesses, changes, ends = [], [], []
    for down, across in ((0, 1), (1, 0)):
        before, after = ([near(way * step * down, way * step * across) for step in (1, 2, 3)] for way in (-1, 1))
        here = near(0, 0)
        guesses.append(((before[0] + here + after[0]) * 2 - after[1] - before[1]) / 4)
        close = (before[1] - here).abs() + (after[1] - here).abs() + (before[0] - after[0]).abs()
        far = (after[2] - after[0]).abs() + (before[2] - before[0]).abs()
        changes.append(close * 3 + far * 2)
        ends.append((torch.minimum(before[0], after[0]), torch.maximum(before[0], after[0])))
    between = [torch.maximum(torch.minimum(one, high), low) for one, (low, high) in zip(guesses, ends, strict=True)]
    return torch.where(changes[0] > changes[1], between[1], between[0])


def _others(known: Neighbours, green: Neighbours) -> tuple[Tensor, Tensor, Tensor]:
    """Another colour where its pixels lie left and right, above and below, and at the corners."""

    def guess(down: int, across: int) -> Tensor:
        ends = known(-down, -across) + known(down, across)
        return ends + 2 * green(0, 0) - green(-down, -across) - green(down, across)

    def change(down: int, across: int) -> Tensor:
        greens = [(green(way * down, way * across) - green(0, 0)).abs() for way in (-1, 1)]
        return (known(-down, -across) - known(down, across)).abs() + greens[0] + greens[1]

    falling, rising = guess(1, 1), guess(-1, 1)
    first, second = change(1, 1), change(-1, 1)
    even = (falling + rising) / 4
    diagonal = torch.where(first > second, rising / 2, torch.where(first < second, falling / 2, even))
    return guess(0, 1) / 2, guess(1, 0) / 2, diagonal
