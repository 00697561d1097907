"""Colour grading of shadows, midtones and highlights by luminance masks (`colorbalancergb`)."""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor, nn

from dtproxies.networks import uniform_colour_space
from dtproxies.networks.colour import REC2020_TO_XYZ_D50, apply_matrix
from dtproxies.networks.grading import (
    CONES_TO_LIGHTS,
    CONES_TO_XYZ,
    D50_TO_D65,
    D65_TO_D50,
    LIGHTS_TO_CONES,
    XYZ_TO_CONES,
    from_polar,
    limit_chroma,
    luminance,
    multiply_constant,
    to_polar,
    with_luminance,
)
from dtproxies.networks.powers import safe_divide, safe_power, safe_sqrt, soft_clip
from dtproxies.networks.sliders import broadcast_sliders

Masks = tuple[Tensor, Tensor, Tensor]
"""Masks of shadows, midtones and highlights, each [B, 1, H, W] and 0 to 1."""


class BalanceRgb(nn.Module):
    """`colorbalancergb` with the saturation formula of 2021. Sliders: those of its module file, in that order.

    Luminance defines three masks. In Kirk's colour space, hue is rotated and chroma scaled. Its RGB channels get an
    offset, two slopes and a power; luminance gets a power and a contrast. Saturation and brilliance follow in
    darktable's uniform space, with soft clipping to the gamut of the working profile. Negative light is clipped to
    black before and after.
    """

    _gamut: Tensor
    _to_cones: Tensor
    _from_xyz: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.bend = nn.Parameter(torch.tensor(0.44))
        """Exponent of luminance that places middle grey at the centre of the masks."""
        self.steep = nn.Parameter(torch.tensor(1.8))
        """Factor on one plus the fall-off sliders of the masks."""
        self.turn = nn.Parameter(torch.tensor(-0.48))
        """Hue at the zero of the hue sliders, in radians."""
        self.register_buffer(
            "_gamut",
            torch.from_numpy(uniform_colour_space.gamut_table(D50_TO_D65 @ REC2020_TO_XYZ_D50)),
            persistent=False,
        )
        self.register_buffer(
            "_to_cones", torch.from_numpy(np.array(XYZ_TO_CONES) @ D50_TO_D65 @ REC2020_TO_XYZ_D50), persistent=False
        )
        from_xyz = np.linalg.inv(REC2020_TO_XYZ_D50) @ D65_TO_D50
        self.register_buffer("_from_xyz", torch.from_numpy(from_xyz), persistent=False)

    def forward(self, image: Tensor, sliders: Tensor) -> Tensor:
        """Run the network; shapes and units as in `dtproxies.networks`."""
        grades, (shadows, white, highlights, grey), more = (
            sliders[:, :12],
            broadcast_sliders(sliders[:, 12:16]),
            sliders[:, 16:],
        )
        hue, vibrance, fulcrum, contrast = broadcast_sliders(more[:, 12:])
        white = torch.exp(math.log(2) * white)
        light, chroma, cosine, sine = to_polar(apply_matrix(image.clamp(min=0), self._to_cones))
        light = light.clamp(min=0)
        masks = self._masks(light, shadows, highlights, grey)
        cosine, sine = _rotate_hue(cosine, sine, math.pi / 180 * hue)
        pale = vibrance * (1 - safe_power(chroma, vibrance.abs()))
        chroma = limit_chroma(chroma * (1 + _masked(more[:, :4], masks) + pale).clamp(min=0), cosine, sine)
        cones = from_polar(light, chroma, cosine, sine)
        cones, lift = self._graded(cones, grades, masks, white)
        light = safe_power((luminance(cones) / white).clamp(min=0), 1 / (1 + lift)) * white
        light = fulcrum * safe_power(light / fulcrum, 1 + contrast)
        xyz = multiply_constant(with_luminance(cones, light), CONES_TO_XYZ)
        xyz = self._saturated(
            xyz, uniform_colour_space.lightness_of(white), _masked(more[:, 4:8], masks), _masked(more[:, 8:12], masks)
        )
        return apply_matrix(xyz, self._from_xyz).clamp(min=0)

    def _masks(self, light: Tensor, shadows: Tensor, highlights: Tensor, grey: Tensor) -> Masks:
        middle = safe_power(grey, self.bend)
        away = safe_power(light, self.bend) - middle
        low, high = self.steep * (1 + shadows), self.steep * (1 + highlights)
        dark = torch.sigmoid(-away / middle * low)
        bright = torch.sigmoid(away / middle * high)
        narrow = low**2 * high**2 / (low**2 + high**2)
        between = torch.exp(-(away**2) * narrow / 4) * (1 - dark) ** 2 * (1 - bright) ** 2 * 8
        return dark, between, bright

    def _graded(self, cones: Tensor, grades: Tensor, masks: Masks, white: Tensor) -> tuple[Tensor, Tensor]:
        """Compute cones after offset, slopes and power, and the exponent of the midtones' luminance minus one."""
        shadow, middle, high, everything = (self._colour(grades[:, at : at + 3]) for at in (0, 3, 6, 9))
        lights = multiply_constant(cones, CONES_TO_LIGHTS) + everything[0] + everything[1] * everything[2]
        dark, _, bright = masks
        slope = (1 - bright) * ((1 - dark) + dark * (1 + shadow[0] + shadow[1])) + bright * (1 + high[0] + high[1])
        lights = lights * slope
        bent = torch.sign(lights) * safe_power(lights.abs() / white, 1 / (1 + middle[0])) * white
        return multiply_constant(bent, LIGHTS_TO_CONES), middle[1]

    def _colour(self, grade: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Compute the RGB offsets of three sliders, from chroma and hue and from luminance, and the RGB of white."""
        height, chroma, hue = broadcast_sliders(grade)
        angle = math.pi / 180 * hue + self.turn
        lit = from_polar(torch.ones_like(chroma), chroma, torch.cos(angle), torch.sin(angle))
        none = torch.zeros_like(chroma)
        grey = multiply_constant(
            from_polar(torch.ones_like(chroma), none, torch.ones_like(chroma), none), CONES_TO_LIGHTS
        )
        return multiply_constant(lit, CONES_TO_LIGHTS) - grey, height, grey

    def _saturated(self, xyz: Tensor, white: Tensor, saturation: Tensor, brilliance: Tensor) -> Tensor:
        j, chroma, hue = uniform_colour_space.to_ucs(xyz, white)
        bright = uniform_colour_space.brightness(j, chroma)
        radius = safe_sqrt(chroma**2 + bright**2)
        sine, cosine = safe_divide(chroma, radius), safe_divide(bright, radius)
        purity, whiteness = chroma.clamp(min=1e-10), sine * chroma + cosine * bright
        most = safe_sqrt(purity**2 + whiteness**2) / purity
        factor = soft_clip((1 + saturation).clamp(min=0), most / 2, most)
        along = (factor - 1) * purity
        across = safe_sqrt(purity**2 * (1 - factor**2) + whiteness**2) * (1 + brilliance).clamp(min=0)
        chroma, bright = (cosine * along + sine * across).clamp(min=0), (cosine * across - sine * along).clamp(min=0)
        j = uniform_colour_space.lightness(bright, chroma)
        edge = uniform_colour_space.max_chroma(j, hue, white, self._gamut)
        limit = safe_divide(edge, uniform_colour_space.brightness(j, edge))
        chroma = soft_clip(safe_divide(chroma, bright), 0.8 * limit, limit) * bright
        return uniform_colour_space.from_ucs(uniform_colour_space.lightness(bright, chroma), chroma, hue, white)


def _masked(sliders: Tensor, masks: Masks) -> Tensor:
    """Combine a global slider and one per mask, [B, 4], to one value per pixel."""
    everything, *parts = broadcast_sliders(sliders)
    return everything + sum((part * mask for part, mask in zip(parts, masks, strict=True)), torch.zeros_like(masks[0]))


def _rotate_hue(cosine: Tensor, sine: Tensor, angle: Tensor) -> tuple[Tensor, Tensor]:
    """Rotate a hue by an angle in radians."""
    across, along = torch.cos(angle), torch.sin(angle)
    return across * cosine - along * sine, along * cosine + across * sine
