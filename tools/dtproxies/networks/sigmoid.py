"""Log-logistic tone curve from scene to display that preserves hue or RGB ratios (`sigmoid`)."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from dtproxies.networks import two_float
from dtproxies.networks.colour import apply_matrix
from dtproxies.networks.primaries import Primaries, invert_3x3
from dtproxies.networks.sliders import broadcast_sliders

GREY = 0.1845
"""Luminance of middle grey, where scene and display are equal (darktable's user manual, module filmic rgb)."""
_GREY = float(np.float32(GREY))
_PER_GREY = float(np.float32(1 / _GREY))
_SIDES = tuple(float(np.float32(_GREY + step)) for step in (0, 1e-6, -1e-6))
"""Grey and the ends of darktable's finite differences, above and below it; as float32."""
_LOG_SIDES = tuple(float(np.float32(np.log(value))) for value in _SIDES)

Curve = tuple[Tensor, Tensor, Tensor, Tensor, Tensor]
"""White, paper exposure, film fog, film power, paper power; each [B, 1, 1, 1]."""


class Sigmoid(nn.Module):
    """Film and paper as two power laws: `sigmoid` on linear light, with both colour processing modes.

    Sliders: contrast, skew, white and black of the display in per cent, mode (0 per channel, 1 RGB ratio), preserved
    hue in per cent, inset and rotation in radians of red, green and blue, recovered purity. Scene black, grey and
    infinity map to display black, grey and white. Contrast is the slope at grey for any skew.
    """

    def __init__(self) -> None:
        super().__init__()
        self.skewing = nn.Parameter(torch.tensor(1.0))
        """Logarithm of the paper power at a skew of -1. The fitted power is close to an integer, which is used."""
        self.primaries = Primaries()

    def forward(self, image: Tensor, sliders: Tensor) -> Tensor:
        """Run the network; shapes and units as in `dtproxies.networks`."""
        contrast, skew, white, black, mode, hue = broadcast_sliders(sliders[:, :6])
        curve = self._curve(contrast, skew, white, black / 100)
        channels = self._each_channel(image, curve, hue / 100, sliders[:, 6:])
        ratios = _ratios(_desaturate_negative(image), curve, black / 100)
        return torch.where(mode < 0.5, channels, ratios)

    def _curve(self, contrast: Tensor, skew: Tensor, white: Tensor, black: Tensor) -> Curve:
        """Compute powers and exposures that map grey, black and white (in per cent) to the display."""
        skewing: Tensor = self.skewing
        rounding = torch.ones_like(white)
        if not self.training:
            base = torch.round(torch.exp(skewing))
            skewing = torch.log(base)
            rounding = _rounding(contrast, skew, white, base.expand_as(white)).to(white.dtype)
        white = white / 100
        paper = torch.exp(-skewing * skew)
        slope = contrast * (1 - GREY)
        to_grey = torch.pow(white / GREY, 1 / paper) - 1
        # Slope at grey without fog and with a film power of one; the slope is proportional to that power.
        film = rounding * slope / (paper * to_grey / (1 + to_grey))
        to_black = torch.pow(black.clamp(min=1e-7) / white, -1 / paper) - 1
        near, far = torch.pow(to_grey, 1 / film), torch.pow(to_black, 1 / film)
        fog = GREY * near / (far - near)
        return white, torch.pow(fog + GREY, film) * to_grey, fog, film, paper

    def _each_channel(self, image: Tensor, curve: Curve, hue: Tensor, moved: Tensor) -> Tensor:
        """Apply the curve per channel in adjusted primaries, and restore the hue."""
        inset, rotation, purity = moved[:, 0:6:2], moved[:, 1:6:2], moved[:, 6:7]
        inwards = self.primaries(inset, rotation)
        outwards = invert_3x3(self.primaries(purity * inset, rotation))
        scene = apply_matrix(_desaturate_negative(image), inwards)
        return apply_matrix(_keep_hue(scene, _apply_curve(scene, curve), hue), outwards)


def _rounding(contrast: Tensor, skew: Tensor, white: Tensor, base: Tensor) -> Tensor:
    """Compute darktable's rounding error of the film power as a factor, without gradients.

    White is in per cent. darktable estimates both slopes by finite differences of 1e-6 around grey in float32, with
    errors of up to some per cent. The same operations with the same rounding reproduce its values; there, powers of
    constants are computed as exponentials. Functions of `two_float` round each result as darktable's C library does.
    """
    with torch.no_grad():
        contrast, skew, white, base = (one.float() for one in (contrast, skew, white, base))
        white = white * 0.01
        # All sides of grey at once: grey itself, above and below.
        sides = torch.cat([torch.full_like(white, value) for value in _SIDES], dim=1)
        logarithms = torch.cat([torch.full_like(white, value) for value in _LOG_SIDES], dim=1)
        ends = sides[:, 1:]

        paper = two_float.exp_rounded(-two_float.log(base).high * skew)
        relation = two_float.power(white * _PER_GREY, two_float.divide(torch.ones_like(paper), paper)) - 1
        film_values = two_float.divide(ends, _GREY * relation + ends)
        estimated = _difference(white * two_float.power(film_values, paper))

        films = two_float.exp_rounded(logarithms * contrast)
        exposure, films = films[:, :1] * (_PER_GREY - 1), films[:, 1:]
        exact = contrast * (1 - _GREY) * (1 + relation) / (paper * relation)
        return _difference(two_float.divide(films, exposure + films)) / estimated / exact


def _difference(values: Tensor) -> Tensor:
    """Return the first minus the second channel."""
    return values[:, :1] - values[:, 1:]


def _apply_curve(light: Tensor, curve: Curve) -> Tensor:
    """Apply film and paper curve to light; negative light is black."""
    white, exposure, fog, film, paper = curve
    exposed = torch.pow(fog + light.clamp(min=0), film)
    return white * torch.pow(exposed / (exposure + exposed), paper)


def _desaturate_negative(image: Tensor) -> Tensor:
    """Desaturate colours with a negative channel towards their grey until no channel is negative."""
    grey = image.mean(dim=1, keepdim=True).clamp(min=0)
    least = image.amin(dim=1, keepdim=True)
    strength = torch.where(least < 0, grey / (grey - torch.where(least < 0, least, -1.0)), 1.0)
    return grey + strength * (image - grey)


def _keep_hue(scene: Tensor, display: Tensor, strength: Tensor) -> Tensor:
    """Restore the relative position of the middle channel between the others, at constant sum of the channels.

    If the middle channel decreases, the largest channel is constant, otherwise the smallest; the third channel absorbs
    the difference. The sum is that of the curve for greys, and that with the moved middle channel for pure colours.
    """
    order = torch.topk(scene.detach(), 3, dim=1, largest=False).indices
    low, middle, high = torch.chunk(torch.gather(scene, 1, order), 3, dim=1)
    least, between, most = torch.chunk(torch.gather(display, 1, order), 3, dim=1)
    chroma = high - low
    position = torch.where(chroma != 0, (middle - low) / torch.where(chroma != 0, chroma, 1.0), 0.0)
    naive = (1 - strength) * between + strength * (least + (most - least) * position)
    both = low + middle
    pale = torch.where(both != 0, 2 * low / torch.where(both != 0, both, 1.0), 0.0)
    energy = pale * (least + between + most) + (1 - pale) * (least + naive + most)
    falls = naive <= between
    fallen = (1 - strength) * between + strength * (position * most + (1 - position) * (energy - most))
    risen = (1 - strength) * between + strength * ((1 - position) * least + position * (energy - least))
    moved = torch.where(falls, fallen / (1 + strength * (1 - position)), risen / (1 + strength * position))
    result = torch.cat(
        [torch.where(falls, energy - most - moved, least), moved, torch.where(falls, most, energy - least - moved)],
        dim=1,
    )
    return torch.gather(result, 1, torch.topk(order, 3, dim=1, largest=False).indices)


def _ratios(scene: Tensor, curve: Curve, black: Tensor) -> Tensor:
    """Apply the curve to the mean of the channels at constant ratios, as far as the display gamut allows.

    Chroma is compressed hyperbolically between grey and the nearer bound of the display range.
    """
    small = 1e-6
    grey = scene.mean(dim=1, keepdim=True)
    mapped = _apply_curve(grey, curve)
    scaled = torch.where(grey > 1e-9, mapped / grey.clamp(min=1e-9) * scene, mapped)
    most, least = scaled.amax(dim=1, keepdim=True), scaled.amin(dim=1, keepdim=True)
    range_left = torch.minimum(
        (curve[0] - mapped) / (most - mapped + small), (black - mapped) / (least - mapped - small)
    )
    chroma = (mapped - least) / (mapped + small)
    compressed = 2 * chroma / (1 - chroma**2 + small) / (chroma * range_left + small)
    factor = compressed / (1 + torch.sqrt(compressed**2 + 1)) * range_left
    return mapped + factor * (scaled - mapped)
