"""darktable's uniform colour space of 2022, and the gamut of the working profile in it.

Aurelien Pierre, Color saturation control for the 21th century, 2022; constants as in darktable's source. Colours are
XYZ under D65, [B, 3, H, W]; lightness, chroma and hue are [B, 1, H, W], the hue in radians as its cosine and sine.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from dtproxies.networks.colour import D65_XY
from dtproxies.networks.powers import safe_divide, safe_power, safe_sqrt

Numbers = NDArray[np.floating[Any]]

LARGEST = 2.098883786377
"""Lightness of infinite light."""
HALF = 1.12426773749357
LIGHTNESS = 0.631651345306265
LIGHT = 1.5831518565279648
CHROMA = 15.932993652962535
CHROMA_LIGHTNESS = 0.6523997524738018
CHROMA_COLOURFUL = 0.6007557017508491
BRIGHTNESS = 1.33654221029386
XY_TO_UVD = ((-0.783941002840055, 0.277512987809202, 0.153836578598858),
             (0.745273540913283, -0.205375866083878, -0.165478376301988),
             (0.318707282433486, 2.16743692732158, 0.291320554395942))  # fmt: skip
UV_TO_XYD = ((0.167171472114775, 0.141299802443708, -0.00801531300850582),
             (-0.150959086409163, -0.155185060382272, -0.00843312433578007),
             (0.940254742367256, 1.0, -0.0256325967652889))  # fmt: skip
BEND = ((1.39656225667, 1.49217352929), (1.4513954287, 1.52488637914))
"""Limit, and value of U or V at half of it."""
TURN = ((-1.124983854323892, -0.980483721769325), (1.86323315098672, 1.971853092390862))
TURN_BACK = ((-5.037522385190711, -2.504856328185843), (4.760029407436461, 2.874012963239247))
HUES = 512
"""Number of entries of the gamut table."""


class Hue(NamedTuple):
    """Hue angle as cosine and sine."""

    cosine: Tensor
    sine: Tensor


def lightness_of(luminance: Tensor) -> Tensor:
    """Convert luminance, 1 for diffuse white, to L*."""
    bent = safe_power(luminance, LIGHTNESS)
    return LARGEST * bent / (bent + HALF)


def to_ucs(xyz: Tensor, white: Tensor) -> tuple[Tensor, Tensor, Hue]:
    """Convert XYZ to lightness J relative to that of `white`, chroma C, and hue."""
    xyz = xyz.clamp(min=0)
    total = xyz.sum(dim=1, keepdim=True)
    x, y = (safe_divide(xyz[:, at : at + 1], total, D65_XY[at]) for at in range(2))
    lightness = lightness_of(xyz[:, 1:2])
    u, v = _colourful(x, y)
    square = u**2 + v**2
    size = safe_sqrt(square)
    chroma = CHROMA * safe_power(lightness, CHROMA_LIGHTNESS) * safe_power(square, CHROMA_COLOURFUL) / white
    return lightness / white, chroma, Hue(safe_divide(u, size, 1.0), safe_divide(v, size, 0.0))


def from_ucs(j: Tensor, chroma: Tensor, hue: Hue, white: Tensor) -> Tensor:
    """Convert J, C and hue to XYZ: the inverse of `to_ucs`."""
    lightness = (j * white).clamp(0.0, 2.09885)
    size = safe_power(
        safe_divide(chroma * white, CHROMA * safe_power(lightness, CHROMA_LIGHTNESS)), 1 / (2 * CHROMA_COLOURFUL)
    )
    u, v = size * hue.cosine, size * hue.sine
    turned = [one * u + other * v for one, other in TURN_BACK]
    flat = [-half * one / (one.abs() - limit) for one, (limit, half) in zip(turned, BEND, strict=True)]
    x, y, divisor = (one * flat[0] + other * flat[1] + last for one, other, last in UV_TO_XYD)
    x, y = safe_divide(x, divisor), safe_divide(y, divisor)
    luminance = safe_power(HALF * lightness / (LARGEST - lightness), LIGHT)
    scale = safe_divide(luminance, y)
    return torch.cat([scale * x, torch.where(y == 0, 0.0, luminance), scale * (1 - x - y)], dim=1)


def brightness(j: Tensor, chroma: Tensor) -> Tensor:
    """Compute brightness from lightness and chroma: colours look brighter than greys."""
    return j * (safe_power(chroma, BRIGHTNESS) + 1)


def lightness(bright: Tensor, chroma: Tensor) -> Tensor:
    """Compute lightness from brightness and chroma: the inverse of `brightness`."""
    return bright / (safe_power(chroma, BRIGHTNESS) + 1)


def max_chroma(j: Tensor, hue: Hue, white: Tensor, table: Tensor) -> Tensor:
    """Look up the largest chroma of the working profile at a lightness and hue in `table`, see `gamut_table`."""
    # Grey has no hue: its angle is that of (1, 0), with zero gradient.
    position = HUES * (_angle(hue) + torch.pi) / (2 * torch.pi)
    before = torch.floor(position.detach())
    index = before.long()
    left, right = (torch.take(table.to(position), torch.remainder(index + step, HUES)) for step in (0, 1))
    colourful = left + (position - before) * (right - left)
    return CHROMA * safe_power(j * white, CHROMA_LIGHTNESS) * safe_power(colourful, CHROMA_COLOURFUL) / white


def _angle(hue: Hue) -> Tensor:
    """Compute the angle, -pi to pi, by the arc tangent series at a quarter of it; every runtime has its operators."""
    half = hue.sine / (1 + hue.cosine.abs())
    quarter = half / (1 + torch.sqrt(1 + half**2))
    square, series = quarter**2, torch.zeros_like(quarter)
    for odd in range(17, 0, -2):
        series = 1 / odd - square * series
    angle = 4 * quarter * series
    return torch.where(hue.cosine < 0, torch.where(hue.sine < 0, -torch.pi, torch.pi) - angle, angle)


def gamut_table(to_xyz: Numbers) -> Numbers:
    """Tabulate the squared colourfulness at the edge of the triangle of primaries, by hue, [512].

    The edge is sampled in small equal angles around white, and samples of one hue are averaged. As in darktable, the
    table is filled with 511 steps per circle, but `max_chroma` reads it with 512.

    Args:
        to_xyz: 3 x 3 matrix from the primaries to XYZ under D65.
    """
    white = np.array(D65_XY)
    corners = (to_xyz[:2] / to_xyz.sum(axis=0)).T
    angles = -np.pi + np.arange(50 * HUES) / (50 * HUES) * 2 * np.pi
    directions = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    edge_distance = np.full(len(angles), np.inf)
    for start, end in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        side = end - start
        across = directions[:, 0] * side[1] - directions[:, 1] * side[0]
        ahead = ((start - white)[0] * side[1] - (start - white)[1] * side[0]) / across
        edge_distance = np.where((ahead > 0) & (ahead < edge_distance), ahead, edge_distance)
    x, y = torch.from_numpy(white + edge_distance[:, None] * directions).unbind(dim=1)
    u, v = (one.numpy() for one in _colourful(x, y))
    bins = np.round((HUES - 1) * (np.arctan2(v, u) + np.pi) / (2 * np.pi)).astype(int) % HUES
    count = np.bincount(bins, minlength=HUES)
    return np.bincount(bins, u**2 + v**2, minlength=HUES) / np.maximum(count, 1)


def _colourful(x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """Convert chromaticities to U and V, whose norm is the colourfulness."""
    u, v, divisor = (one * x + other * y + last for one, other, last in XY_TO_UVD)
    flat = [safe_divide(u, divisor), safe_divide(v, divisor)]
    bent = [limit * one / (one.abs() + half) for one, (limit, half) in zip(flat, BEND, strict=True)]
    turned = [one * bent[0] + other * bent[1] for one, other in TURN]
    return turned[0], turned[1]
