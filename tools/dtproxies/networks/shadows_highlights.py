"""Shadows and highlights changed by blending a blurred negative over the image (`shadhi`)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from dtproxies.networks.recursive import Recursive
from dtproxies.networks.sliders import broadcast_sliders

TIMES = 4
"""Maximum number of overlays of the negative; at half a slider it is one."""
SMALL = 1e-6
"""Smallest divisor; darktable's `low_approximation`."""


class ShadowsHighlights(nn.Module):
    """`shadhi` with the Gaussian blur, nothing clipped, on Lab.

    Sliders: radius of the blur in pixels; shadows; the white point, by which light and negative are first divided;
    highlights; compression, which protects the midtones; colour adjustment of shadows and of highlights. All but the
    radius are in per cent. Highlights are processed first. The number of overlays grows with the square of the slider;
    the last overlay is partial.
    """

    def __init__(self) -> None:
        super().__init__()
        self.blur = Recursive(exact=True)
        self.strength = nn.Parameter(torch.tensor(0.5))
        """Logarithm of the effect of a slider at 100, before squaring."""

    def forward(self, image: Tensor, sliders: Tensor) -> Tensor:
        """Run the network; shapes and units as in `dtproxies.networks`."""
        radius, shadows, whitepoint, highlights, *percentages = broadcast_sliders(sliders)
        compress, dark_colour, bright_colour = (percentage / 100 for percentage in percentages)
        white = (1 - whitepoint / 100).clamp(min=0.01)
        light = _divide_by_white(image[:, :1] / 100, white)
        negative = _divide_by_white(1 - self.blur(image[:, :1], radius) / 100, white)
        range_left = 1 - compress.clamp(max=0.99)
        up, down = _sign(shadows), -_sign(-highlights)
        bright, dark = (1 - negative / range_left).clamp(0, 1), (1 - (1 - negative) / range_left).clamp(0, 1)
        colour = image[:, 1:]
        light, colour = self._overlay(
            light,
            colour,
            negative,
            slider=highlights,
            mask=bright,
            direction=-down,
            light_weight=_signed_weight(bright_colour, down),
        )
        light, colour = self._overlay(
            light,
            colour,
            negative,
            slider=shadows,
            mask=dark,
            direction=up,
            light_weight=_signed_weight(dark_colour, up),
        )
        return torch.cat([100 * light, colour], dim=1)

    def _overlay(
        self,
        light: Tensor,
        colour: Tensor,
        negative: Tensor,
        *,
        slider: Tensor,
        mask: Tensor,
        direction: Tensor,
        light_weight: Tensor,
    ) -> tuple[Tensor, Tensor]:
        """Blend the negative over light [B, 1, H, W] and colour [B, 2, H, W].

        Args:
            light: lightness to change, white is 1.
            colour: a and b, which follow the lightness.
            negative: inverted blurred lightness, white is 0.
            slider: strength in per cent before squaring.
            mask: weight per pixel.
            direction: 1 for the negative, -1 for its inverse.
            light_weight: weight of the light's factor in the factor of colour; the rest is the factor of 1 - light.
        """
        overlays = torch.exp(2 * self.strength) * (slider / 100) ** 2
        for index in range(TIMES):
            part = (overlays - index).clamp(0, 1) * mask
            over = (negative - 0.5) * direction * _sign(1 - light) + 0.5
            moved = torch.where(light > 0.5, 1 - 2 * (1 - light) * (1 - over), 2 * light * over)
            before, light = light, light * (1 - part) + moved * part
            factor = light * _inverse(before) * light_weight + (1 - light) * _inverse(1 - before) * (1 - light_weight)
            colour = colour * (1 - part) + colour * factor * part
        return light, colour


def _divide_by_white(light: Tensor, white: Tensor) -> Tensor:
    return torch.where(light > 0, light / white, light)


def _sign(value: Tensor) -> Tensor:
    """Return -1 for negative values, otherwise 1."""
    return torch.where(value < 0, -1.0, 1.0).to(value.dtype)


def _signed_weight(colour: Tensor, direction: Tensor) -> Tensor:
    return (colour - 0.5) * direction + 0.5


def _inverse(value: Tensor) -> Tensor:
    return _sign(value) / value.abs().clamp(min=SMALL)
