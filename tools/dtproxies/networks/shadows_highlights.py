"""Shadows and highlights moved by laying a blurred negative over the image."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from dtproxies.networks.recursive import Recursive
from dtproxies.networks.sliders import broadcast_sliders

TIMES = 4
"""How often the negative is laid over at most; at the middle of a slider it is once."""
SMALL = 1e-6
"""Least number that is divided by; darktable's `low_approximation`."""


class ShadowsHighlights(nn.Module):
    """`shadhi` with the Gaussian blur, nothing clipped, on Lab.

    Sliders: radius of the blur in pixels; shadows; the white point, by which light and negative are first divided;
    highlights; how much of the middle tones stays; and how much colour follows the light, in shadows and in highlights.
    All but the radius are in per cent. Highlights come first. Each is laid over as often as the square of its slider
    says, the last time in part.
    """

    def __init__(self) -> None:
        super().__init__()
        self.blur = Recursive()
        self.strength = nn.Parameter(torch.tensor(0.5))
        """Logarithm of how strongly light is moved when a slider is at 100, before the square is taken."""

    def forward(self, image: Tensor, sliders: Tensor) -> Tensor:
        """See `dtproxies.networks` for shapes and units."""
        # In double precision: near black and white, what rounding leaves is multiplied by large numbers.
        return self._moved(image.double(), sliders.double()).to(image.dtype)

    def _moved(self, image: Tensor, sliders: Tensor) -> Tensor:
        radius, shadows, whitepoint, highlights, *shares = broadcast_sliders(sliders)
        compress, dark_colour, bright_colour = (share / 100 for share in shares)
        white = (1 - whitepoint / 100).clamp(min=0.01)
        light = _whitened(image[:, :1] / 100, white)
        negative = _whitened(1 - self.blur(image[:, :1], radius) / 100, white)
        room = 1 - compress.clamp(max=0.99)
        up, down = _sign(shadows), -_sign(-highlights)
        bright, dark = (1 - negative / room).clamp(0, 1), (1 - (1 - negative) / room).clamp(0, 1)
        colour = image[:, 1:]
        light, colour = self._overlaid(
            light, colour, negative, slider=highlights, where=bright, way=-down, share=_share(bright_colour, down)
        )
        light, colour = self._overlaid(
            light, colour, negative, slider=shadows, where=dark, way=up, share=_share(dark_colour, up)
        )
        return torch.cat([100 * light, colour], dim=1)

    def _overlaid(
        self,
        light: Tensor,
        colour: Tensor,
        negative: Tensor,
        *,
        slider: Tensor,
        where: Tensor,
        way: Tensor,
        share: Tensor,
    ) -> tuple[Tensor, Tensor]:
        """Light [B, 1, H, W] and colour [B, 2, H, W] with the negative laid over them.

        Args:
            light: to be moved, white is 1.
            colour: that goes with it.
            negative: the blurred image turned round, white is 0.
            slider: how often it is laid over, in per cent before the square is taken.
            where: how much, by pixel.
            way: 1 for the negative as it is, -1 for it turned round again.
            share: of the light's own factor in that of the colour; the rest is the factor of what it lacks to white.
        """
        often = torch.exp(2 * self.strength.double()) * (slider / 100) ** 2
        for time in range(TIMES):
            part = (often - time).clamp(0, 1) * where
            over = (negative - 0.5) * way * _sign(1 - light) + 0.5
            moved = torch.where(light > 0.5, 1 - 2 * (1 - light) * (1 - over), 2 * light * over)
            before, light = light, light * (1 - part) + moved * part
            factor = light * _inverse(before) * share + (1 - light) * _inverse(1 - before) * (1 - share)
            colour = colour * (1 - part) + colour * factor * part
        return light, colour


def _whitened(light: Tensor, white: Tensor) -> Tensor:
    return torch.where(light > 0, light / white, light)


def _sign(number: Tensor) -> Tensor:
    """One, also for zero, or minus one."""
    return torch.where(number < 0, -1.0, 1.0).to(number.dtype)


def _share(colour: Tensor, way: Tensor) -> Tensor:
    return (colour - 0.5) * way + 0.5


def _inverse(number: Tensor) -> Tensor:
    return _sign(number) / number.abs().clamp(min=SMALL)
