"""Tone curve on the logarithm of light with gamut mapping to the display (`filmicrgb`)."""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor, nn

from dtproxies.networks.colour import REC2020_TO_XYZ_D50, SRGB_TO_XYZ_D50, apply_matrix
from dtproxies.networks.display_gamut import GREY_LUMINANCE, clamp_between, fit_display_gamut
from dtproxies.networks.grading import CONES_TO_XYZ, D50_TO_D65, D65_TO_D50, XYZ_TO_CONES, limit_chroma, to_polar
from dtproxies.networks.powers import safe_divide, safe_power
from dtproxies.networks.s_curve import SCurve
from dtproxies.networks.sliders import broadcast_sliders

LN2 = math.log(2)
SMALL = 1e-7


class Filmic(nn.Module):
    """`filmicrgb` with the colour science of 2023 and the third spline, for a display with the primaries of Rec709.

    Sliders: black and white of the scene in EV from grey, black and white of the display in per cent, hardness,
    latitude in per cent, contrast, saturation of extreme light, balance in per cent. Light is mapped twice, per channel
    and by its largest channel with constant ratios, and both results are mixed. Hue is constant, chroma does not grow,
    and colours outside the display gamut lose chroma.
    """

    _to_cones: Tensor
    _from_cones: Tensor
    _display_to_cones: Tensor
    _display_from_cones: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.grey = nn.Parameter(torch.tensor(0.21))
        """Luminance of middle grey, of scene and display."""
        self.span = nn.Parameter(torch.tensor(6.0))
        """Dynamic range in EV for which a contrast of one is a slope of one."""
        self.margin = nn.Parameter(torch.tensor(0.015))
        """Margin of toe and shoulder from the ends of the display range, as a fraction of the range."""
        into, out = np.array(XYZ_TO_CONES) @ D50_TO_D65, D65_TO_D50 @ np.array(CONES_TO_XYZ)
        for name, to_xyz in (("", REC2020_TO_XYZ_D50), ("_display", SRGB_TO_XYZ_D50)):
            self.register_buffer(f"{name}_to_cones", torch.from_numpy(into @ to_xyz), persistent=False)
            self.register_buffer(f"{name}_from_cones", torch.from_numpy(np.linalg.inv(to_xyz) @ out), persistent=False)

    def forward(self, image: Tensor, sliders: Tensor) -> Tensor:
        """Run the network; shapes and units as in `dtproxies.networks`."""
        dark, bright, black, white, hardness, *_, saturation, _ = broadcast_sliders(sliders)
        black, white = torch.minimum(black / 100, self.grey), torch.maximum(white / 100, self.grey)
        curve = self._curve(sliders, black, white)
        low, high = self.grey * torch.exp(LN2 * dark), self.grey * torch.exp(LN2 * bright)

        def tone_map(light: Tensor, least: Tensor) -> Tensor:
            position = torch.log(clamp_between(light, low, high) / low) / (LN2 * (bright - dark))
            # As in darktable, the limits are those after the power, although the power is applied later.
            return safe_power(clamp_between(curve(position), least, white), hardness)

        most = clamp_between(image.amax(dim=1, keepdim=True), low, high)
        mapped = (0.5 - saturation / 100) * tone_map(image, torch.zeros_like(black))
        mapped = mapped + (0.5 + saturation / 100) * image / most * tone_map(most, black)
        return self._map_gamut(image, mapped, (black, white))

    def _curve(self, sliders: Tensor, black: Tensor, white: Tensor) -> SCurve:
        dark, bright, _, _, hardness, latitude, contrast, _, balance = broadcast_sliders(sliders)
        low, middle, high = (safe_power(one, 1 / hardness) for one in (black, self.grey.expand_as(white), white))
        span, latitude, balance = bright - dark, latitude / 100, balance / 100
        grey = -dark / span
        least = torch.maximum((high - middle) / (1 - grey), (middle - low) / grey).clamp(min=1) + self.margin
        slope = contrast * span / self.span / (hardness * safe_power(middle, hardness - 1))
        slope = torch.maximum(slope, least).clamp(max=100)
        start = middle - slope * grey
        first = (low + self.margin * (high - low) - start) / slope
        last = (high - self.margin * (high - low) - start) / slope
        toe, shoulder = (1 - latitude) * grey + latitude * first, (1 - latitude) * grey + latitude * last
        moved = 2 * balance * torch.where(balance > 0, shoulder - grey, grey - toe)
        toe, shoulder = torch.maximum(toe - moved, first), torch.minimum(shoulder - moved, last)
        return SCurve(
            black=low,
            white=high,
            toe=toe.clamp(min=SMALL),
            shoulder=shoulder.clamp(max=1 - SMALL),
            slope=slope,
            start=start,
        )

    def _map_gamut(self, scene: Tensor, mapped: Tensor, ends: tuple[Tensor, Tensor]) -> Tensor:
        """Restore the hue of the scene in the mapped light and limit chroma to the display gamut."""
        black, white = ends
        light, chroma, cosine, sine = to_polar(apply_matrix(scene, self._to_cones))
        new_light, new_chroma, _, _ = to_polar(apply_matrix(mapped, self._to_cones))
        new_light = clamp_between(new_light, GREY_LUMINANCE * black, GREY_LUMINANCE * white)
        old, new = chroma * light, torch.minimum(chroma, new_chroma) * new_light
        grown = (new_light > light) & (old < new)
        new_chroma = safe_divide(torch.where(grown, (old + new) / 2, new), new_light).clamp(min=0)
        colour = new_light, limit_chroma(new_chroma, cosine, sine), cosine, sine
        displayed = fit_display_gamut(colour, ends, self._display_to_cones, self._display_from_cones)
        return apply_matrix(apply_matrix(displayed, self._display_to_cones), self._from_cones)
