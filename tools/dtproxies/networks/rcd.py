"""Demosaicing by ratios of brightness (RCD), as darktable does it by default."""

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
"""Added where a quotient could have nothing below; its square stands for directions without any structure."""
PPG = 0
"""darktable's number of the simpler method."""
BORDER = 7
"""Rows and columns at each end that RCD leaves to it."""
CORE = 4
"""darktable knows no directions nearer to the border than this."""


class Demosaic(nn.Module):
    """The three colours of a Bayer mosaic that starts red, green: `demosaic`, by ratios (RCD) or pattern groups (PPG).

    Green comes from the ratio of the brightness around two places, red and blue from differences to green; the
    directions, upright or level and along either diagonal, are weighed by the squares of a high pass. The algorithm is
    Luis Sanz Rodriguez's, in the form of darktable's `rcd.c`. Slider: the method, 0 or 5.
    """

    def __init__(self, factors: Sequence[float]) -> None:
        """Build it for mosaics that white balance multiplied by these three factors."""
        super().__init__()
        self.register_buffer("factors", torch.tensor(factors))
        self.factors: Tensor
        """Of red, green and blue; ratios are taken of values divided by the largest, beside which `TINY` is small."""
        self.log_side = nn.Parameter(torch.tensor(-0.9))
        """Logarithm of the weight of a neighbour in brightness, beside 1 for the pixel itself."""
        self.log_corner = nn.Parameter(torch.tensor(-1.2))
        """That of a diagonal neighbour."""

    def forward(self, image: Tensor, sliders: Tensor) -> Tensor:
        """See `dtproxies.networks` for shapes and units; C is 1, and 3 of the output."""
        (method,) = broadcast_sliders(sliders)
        simple = torch.round(method) == PPG
        light = functional.relu(image)
        grouped = demosaic_ppg(torch.where(simple, image, light), simple)
        brightest = self.factors.max()
        made = functional.relu(self._ratios(light / brightest)) * brightest
        return torch.where(simple | ~interior_mask(image, BORDER), grouped, made)

    def _ratios(self, mosaic: Tensor) -> Tensor:
        places, near, core = bayer_masks(mosaic), shifted_neighbours(mosaic, 4), interior_mask(mosaic, CORE)
        upright = _upright(near, core)
        brightness = self._brightness(near)
        green = torch.where(places.green | ~core, mosaic, _green(near, shifted_neighbours(brightness, 2), upright))
        slanting = torch.where(core, _slanting(mosaic, near), brightness)
        opposite = _opposite(near, shifted_neighbours(green, 2), _direction(slanting))
        red, blue = (torch.where(place, mosaic, opposite) for place in (places.red, places.blue))
        return torch.cat([_at_greens(red, green, places, upright), green, _at_greens(blue, green, places, upright)], 1)

    def _brightness(self, near: Neighbours) -> Tensor:
        sides = near(-1, 0) + near(1, 0) + near(0, -1) + near(0, 1)
        corners = near(-1, -1) + near(-1, 1) + near(1, -1) + near(1, 1)
        return near(0, 0) + torch.exp(self.log_side) * sides + torch.exp(self.log_corner) * corners


def _upright(near: Neighbours, core: Tensor) -> Tensor:
    """How upright the structure is: 1 where all change is along columns, which is where rows should be followed."""
    high = [shifted_neighbours(_high_pass(near, *way), 1) for way in ((1, 0), (0, 1))]
    columns = high[0](-1, 0) + high[0](0, 0) + high[0](1, 0)
    rows = high[1](0, -1) + high[1](0, 0) + high[1](0, 1)
    return _direction(torch.where(core, _portion(columns, rows), 0.0))


def _slanting(mosaic: Tensor, near: Neighbours) -> Tensor:
    """The same for the falling and the rising diagonal."""
    # darktable keeps every other value: in even columns it finds that of the next one.
    even = (torch.arange(mosaic.shape[-1], device=mosaic.device) % 2 == 0).reshape(1, 1, 1, -1)
    high = [_high_pass(near, *way) for way in ((1, 1), (1, -1))]
    falling, rising = (shifted_neighbours(torch.where(even, shifted_neighbours(one, 1)(0, 1), one), 1) for one in high)
    return _portion(falling(-1, -1) + falling(0, 0) + falling(1, 1), rising(-1, 1) + rising(0, 0) + rising(1, -1))


def _high_pass(near: Neighbours, down: int, across: int) -> Tensor:
    """The square of what a smooth curve through the seven places along one way does not explain."""
    at = {step: near(step * down, step * across) for step in range(-3, 4)}
    outer = at[-3] - at[-1] - at[1] + at[3]
    return (outer - 3 * (at[-2] + at[2]) + 6 * at[0]) ** 2


def _direction(portion: Tensor) -> Tensor:
    """The pixel's own direction, or that of its diagonal neighbours where theirs is more certain."""
    near = shifted_neighbours(portion, 1)
    others = (near(-1, -1) + near(-1, 1) + near(1, -1) + near(1, 1)) / 4
    return torch.where((0.5 - portion).abs() < (0.5 - others).abs(), others, portion)


def _portion(one: Tensor, other: Tensor) -> Tensor:
    one, other = one.clamp(min=TINY**2), other.clamp(min=TINY**2)
    return one / (one + other)


def _weighed(changes: list[Tensor], estimates: list[Tensor]) -> Tensor:
    """Two estimates from opposite sides; the one over more change counts less."""
    return (changes[1] * estimates[0] + changes[0] * estimates[1]) / (changes[0] + changes[1])


def _green(near: Neighbours, brightness: Neighbours, upright: Tensor) -> Tensor:
    """Green where red or blue was measured."""

    def estimate(down: int, across: int) -> Tensor:
        changes, estimates = [], []
        for way in (-1, 1):
            at = [near(way * step * down, way * step * across) for step in range(5)]
            opposite = near(-way * down, -way * across)
            steps = (at[1] - opposite).abs() + (at[0] - at[2]).abs() + (at[1] - at[3]).abs() + (at[2] - at[4]).abs()
            changes.append(TINY + steps)
            here, there = brightness(0, 0), brightness(2 * way * down, 2 * way * across)
            estimates.append(at[1] * 2 * here / (TINY + here + there))
        return _weighed(changes, estimates)

    rows, columns = estimate(0, 1), estimate(1, 0)
    return upright * (rows - columns) + columns


def _opposite(near: Neighbours, green: Neighbours, slanting: Tensor) -> Tensor:
    """Blue where red was measured, and red where blue was."""

    def estimate(across: int) -> Tensor:
        changes, estimates = [], []
        for way in (-1, 1):
            beside = near(way, way * across)
            steps = (beside - near(-way, -way * across)).abs() + (beside - near(3 * way, 3 * way * across)).abs()
            changes.append(TINY + steps + (green(0, 0) - green(2 * way, 2 * way * across)).abs())
            estimates.append(beside - green(way, way * across))
        return _weighed(changes, estimates)

    falling, rising = estimate(1), estimate(-1)
    return green(0, 0) + slanting * (rising - falling) + falling


def _at_greens(colour: Tensor, green: Tensor, places: BayerMasks, upright: Tensor) -> Tensor:
    """A colour that is known at all places but the green ones, there too."""
    known, greens = shifted_neighbours(colour, 3), shifted_neighbours(green, 2)

    def estimate(down: int, across: int) -> Tensor:
        changes, estimates = [], []
        both = (known(-down, -across) - known(down, across)).abs()
        for way in (-1, 1):
            beside, beyond = (known(way * step * down, way * step * across) for step in (1, 3))
            step = (green - greens(2 * way * down, 2 * way * across)).abs()
            changes.append(TINY + step + both + (beside - beyond).abs())
            estimates.append(beside - greens(way * down, way * across))
        return _weighed(changes, estimates)

    rows, columns = estimate(0, 1), estimate(1, 0)
    return torch.where(places.green, green + upright * (rows - columns) + columns, colour)
