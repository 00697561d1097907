"""Ratio corrected demosaicing (RCD), darktable's default method (`demosaic`)."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from dtproxies.networks.bayer import BayerMasks, bayer_masks
from dtproxies.networks.neighbourhood import Neighbours, interior_mask, shifted_neighbours
from dtproxies.networks.ppg import demosaic_ppg
from dtproxies.networks.sliders import broadcast_sliders

TINY = 1e-5
"""Added to divisors; its square represents directions without structure."""
PPG = 0
"""darktable's value of the method PPG."""
BORDER = 7
"""Rows and columns at each border that RCD leaves to PPG."""
CORE = 4
"""Distance in pixels from the border from which darktable computes directions."""


class Demosaic(nn.Module):
    """Demosaicing of a Bayer mosaic whose rows start red, green: `demosaic`, by RCD or PPG.

    Green derives from the ratio of the brightness around two pixels, red and blue from differences to green. Vertical,
    horizontal and diagonal directions are weighted by the squares of a high pass. The algorithm is
    Luis Sanz Rodriguez's, in the form of darktable's `rcd.c`. Slider: the method, 0 or 5.
    """

    def __init__(self, factors: Sequence[float]) -> None:
        """Build it for mosaics with these three white balance factors."""
        super().__init__()
        self.register_buffer("factors", torch.tensor(factors))
        self.factors: Tensor
        """White balance factors of red, green and blue. Values are divided by the largest, so that `TINY` is small."""
        self.log_side = nn.Parameter(torch.tensor(-0.9))
        """Logarithm of the weight of a side neighbour in brightness, relative to 1 for the pixel itself."""
        self.log_corner = nn.Parameter(torch.tensor(-1.2))
        """Logarithm of the weight of a diagonal neighbour."""

    def forward(self, image: Tensor, sliders: Tensor) -> Tensor:
        """Run the network; shapes and units as in `dtproxies.networks`, C is 1 in the input and 3 in the output."""
        (method,) = broadcast_sliders(sliders)
        simple = torch.round(method) == PPG
        light = functional.relu(image)
        grouped = demosaic_ppg(torch.where(simple, image, light), simple)
        brightest = self.factors.max()
        result = functional.relu(self._ratios(light / brightest)) * brightest
        return torch.where(simple | ~interior_mask(image, BORDER), grouped, result)

    def _ratios(self, mosaic: Tensor) -> Tensor:
        masks, neighbour, core = bayer_masks(mosaic), shifted_neighbours(mosaic, 4), interior_mask(mosaic, CORE)
        vertical = _vertical_weight(neighbour, core)
        brightness = self._brightness(neighbour)
        green = torch.where(masks.green | ~core, mosaic, _green(neighbour, shifted_neighbours(brightness, 2), vertical))
        diagonal = torch.where(core, _diagonal_weight(mosaic, neighbour), brightness)
        opposite = _opposite(neighbour, shifted_neighbours(green, 2), _direction(diagonal))
        red, blue = (torch.where(mask, mosaic, opposite) for mask in (masks.red, masks.blue))
        return torch.cat([_at_greens(red, green, masks, vertical), green, _at_greens(blue, green, masks, vertical)], 1)

    def _brightness(self, neighbour: Neighbours) -> Tensor:
        sides = neighbour(-1, 0) + neighbour(1, 0) + neighbour(0, -1) + neighbour(0, 1)
        corners = neighbour(-1, -1) + neighbour(-1, 1) + neighbour(1, -1) + neighbour(1, 1)
        return neighbour(0, 0) + torch.exp(self.log_side) * sides + torch.exp(self.log_corner) * corners


def _vertical_weight(neighbour: Neighbours, core: Tensor) -> Tensor:
    """Compute the vertical weight: 1 where all change is along columns, so that rows should be interpolated."""
    high = [shifted_neighbours(_high_pass(neighbour, *side), 1) for side in ((1, 0), (0, 1))]
    columns = high[0](-1, 0) + high[0](0, 0) + high[0](1, 0)
    rows = high[1](0, -1) + high[1](0, 0) + high[1](0, 1)
    return _direction(torch.where(core, _fraction(columns, rows), 0.0))


def _diagonal_weight(mosaic: Tensor, neighbour: Neighbours) -> Tensor:
    """Compute the same weight for the falling and the rising diagonal."""
    # darktable stores every other value: even columns read the value of the next column.
    even = (torch.arange(mosaic.shape[-1], device=mosaic.device) % 2 == 0).reshape(1, 1, 1, -1)
    high = [_high_pass(neighbour, *side) for side in ((1, 1), (1, -1))]
    falling, rising = (
        shifted_neighbours(torch.where(even, shifted_neighbours(square, 1)(0, 1), square), 1) for square in high
    )
    return _fraction(falling(-1, -1) + falling(0, 0) + falling(1, 1), rising(-1, 1) + rising(0, 0) + rising(1, -1))


def _high_pass(neighbour: Neighbours, down: int, across: int) -> Tensor:
    """Square a high pass over seven pixels along one direction."""
    at = {step: neighbour(step * down, step * across) for step in range(-3, 4)}
    outer = at[-3] - at[-1] - at[1] + at[3]
    return (outer - 3 * (at[-2] + at[2]) + 6 * at[0]) ** 2


def _direction(fraction: Tensor) -> Tensor:
    """Choose the pixel's own direction weight, or the mean of its diagonal neighbours if it is more decisive."""
    neighbour = shifted_neighbours(fraction, 1)
    others = (neighbour(-1, -1) + neighbour(-1, 1) + neighbour(1, -1) + neighbour(1, 1)) / 4
    return torch.where((0.5 - fraction).abs() < (0.5 - others).abs(), others, fraction)


def _fraction(first: Tensor, second: Tensor) -> Tensor:
    first, second = first.clamp(min=TINY**2), second.clamp(min=TINY**2)
    return first / (first + second)


def _weighted_mean(changes: list[Tensor], estimates: list[Tensor]) -> Tensor:
    """Average two estimates from opposite sides, weighted inversely by their change."""
    return (changes[1] * estimates[0] + changes[0] * estimates[1]) / (changes[0] + changes[1])


def _green(neighbour: Neighbours, brightness: Neighbours, vertical: Tensor) -> Tensor:
    """Estimate green where red or blue was measured."""

    def estimate(down: int, across: int) -> Tensor:
        changes, estimates = [], []
        for side in (-1, 1):
            at = [neighbour(side * step * down, side * step * across) for step in range(5)]
            opposite = neighbour(-side * down, -side * across)
            steps = (at[1] - opposite).abs() + (at[0] - at[2]).abs() + (at[1] - at[3]).abs() + (at[2] - at[4]).abs()
            changes.append(TINY + steps)
            centre, beyond_centre = brightness(0, 0), brightness(2 * side * down, 2 * side * across)
            estimates.append(at[1] * 2 * centre / (TINY + centre + beyond_centre))
        return _weighted_mean(changes, estimates)

    rows, columns = estimate(0, 1), estimate(1, 0)
    return vertical * (rows - columns) + columns


def _opposite(neighbour: Neighbours, green: Neighbours, diagonal: Tensor) -> Tensor:
    """Estimate blue where red was measured, and red where blue was measured."""

    def estimate(across: int) -> Tensor:
        changes, estimates = [], []
        for side in (-1, 1):
            adjacent = neighbour(side, side * across)
            steps = (adjacent - neighbour(-side, -side * across)).abs() + (
                adjacent - neighbour(3 * side, 3 * side * across)
            ).abs()
            changes.append(TINY + steps + (green(0, 0) - green(2 * side, 2 * side * across)).abs())
            estimates.append(adjacent - green(side, side * across))
        return _weighted_mean(changes, estimates)

    falling, rising = estimate(1), estimate(-1)
    return green(0, 0) + diagonal * (rising - falling) + falling


def _at_greens(colour: Tensor, green: Tensor, masks: BayerMasks, vertical: Tensor) -> Tensor:
    """Estimate at green pixels a colour that is known at all other pixels."""
    known, greens = shifted_neighbours(colour, 3), shifted_neighbours(green, 2)

    def estimate(down: int, across: int) -> Tensor:
        changes, estimates = [], []
        both = (known(-down, -across) - known(down, across)).abs()
        for side in (-1, 1):
            adjacent, beyond = (known(side * step * down, side * step * across) for step in (1, 3))
            step = (green - greens(2 * side * down, 2 * side * across)).abs()
            changes.append(TINY + step + both + (adjacent - beyond).abs())
            estimates.append(adjacent - greens(side * down, side * across))
        return _weighted_mean(changes, estimates)

    rows, columns = estimate(0, 1), estimate(1, 0)
    return torch.where(masks.green, green + vertical * (rows - columns) + columns, colour)
