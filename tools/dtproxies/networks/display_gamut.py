"""Gamut mapping to a display at constant hue, in the space of `dtproxies.networks.grading`; all [B, C, H, W]."""

from __future__ import annotations

import torch
from torch import Tensor

from dtproxies.networks.colour import apply_matrix
from dtproxies.networks.grading import from_polar, to_polar

GREY_LUMINANCE = 1.05785528
"""Luminance in cone space of a grey with CIE 1931 luminance 1."""
UNLIMITED = 1e9
NEAR_WHITE = 1e-3
"""Fraction of white luminance below the maximum over which the chroma limit falls linearly to zero."""
HUE_COEFFICIENTS = ((0.979381443298969, 0.391752577319588), (0.0206185567010309, 0.608247422680412), (-1.0, -1.0))
"""Coefficients of the hue's cosine and sine, for each cone, in the change of a channel with chroma.

These and the following constants derive from the matrices of the space; see `common/gamut_mapping.h` of darktable."""
HUE_COEFFICIENTS_WHITE = (0.68285981628866, 0.482137060515464)
CONSTANT = (1.0, 0.856492345150334, 0.554995960637719)
CONSTANT_WHITE = 0.988237752433297
SCALE = 0.427506877216495


def fit_display_gamut(
    colour: tuple[Tensor, Tensor, Tensor, Tensor], ends: tuple[Tensor, Tensor], to_cones: Tensor, from_cones: Tensor
) -> Tensor:
    """Convert luminance, chroma and hue to display light, with chroma reduced to the display gamut.

    Colours below display black are first brightened by half of the missing luminance.

    Args:
        colour: luminance, chroma, cosine and sine of the hue.
        ends: light of display black and display white, [B, 1, 1, 1].
        to_cones: 3 x 3 matrix from display light to cones.
        from_cones: inverse of `to_cones`.
    """
    light, chroma, cosine, sine = colour
    black, white = ends
    plain = apply_matrix(from_polar(light, chroma, cosine, sine), from_cones)
    lit = plain + (-plain.amin(dim=1, keepdim=True)).clamp(min=0)
    brightened = to_polar(apply_matrix(lit, to_cones))[0]
    light = clamp_between((light + brightened) / 2, GREY_LUMINANCE * black, GREY_LUMINANCE * white)
    chroma = torch.minimum(chroma, _max_chroma(light, cosine, sine, white, from_cones))
    return clamp_between(
        apply_matrix(from_polar(light, chroma, cosine, sine), from_cones), torch.zeros_like(white), white
    )


def clamp_between(value: Tensor, low: Tensor, high: Tensor) -> Tensor:
    """Clamp `value` to the range `low` to `high`, both tensors."""
    return torch.minimum(torch.maximum(value, low), high)


def _max_chroma(light: Tensor, cosine: Tensor, sine: Tensor, white: Tensor, from_cones: Tensor) -> Tensor:
    """Compute the largest chroma at which all channels stay within 0 to `white`."""
    rows = from_cones.to(light).T.reshape(3, 1, 3, 1, 1)
    directions = [one * cosine + other * sine for one, other in HUE_COEFFICIENTS]
    change = rows[0] * directions[0] + rows[1] * directions[1] + rows[2] * directions[2]
    constant = rows[0] * CONSTANT[0] + rows[1] * CONSTANT[1] + rows[2] * CONSTANT[2]
    is_changing = change != 0
    limit = -SCALE * constant / torch.where(is_changing, change, 1.0)
    to_black = torch.where(is_changing & (limit >= 0), limit, UNLIMITED)

    brightest = GREY_LUMINANCE * white
    headroom = (brightest - light).clamp(min=0)
    near_white = headroom < NEAR_WHITE
    limited = torch.where(near_white, (1 - NEAR_WHITE) * brightest, light)
    white_change = white * (HUE_COEFFICIENTS_WHITE[0] * cosine + HUE_COEFFICIENTS_WHITE[1] * sine)
    bounded = is_changing & (limited > white_change / torch.where(is_changing, change, 1.0))
    limit = (
        -SCALE
        * (limited * constant - CONSTANT_WHITE * white)
        / torch.where(bounded, limited * change - white_change, 1.0)
    )
    limit = torch.where(bounded, limit, UNLIMITED)
    limit = torch.where(near_white, headroom / (NEAR_WHITE * brightest) * limit, limit)
    to_white = torch.where(limit >= 0, limit, UNLIMITED)
    return torch.minimum(to_black, to_white).amin(dim=1, keepdim=True)
