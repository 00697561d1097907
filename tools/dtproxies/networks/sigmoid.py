"""A log-logistic tone curve from scene to display, with the hue or the ratios of a colour kept."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from dtproxies.networks.colour import apply_matrix
from dtproxies.networks.primaries import Primaries, invert_3x3
from dtproxies.networks.sliders import broadcast_sliders

GREY = 0.1845
"""Light of middle grey, where scene and display agree (darktable's user manual, module filmic rgb)."""

Curve = tuple[Tensor, Tensor, Tensor, Tensor, Tensor]
"""White, paper exposure, film fog, film power, paper power; each [B, 1, 1, 1]."""


class Sigmoid(nn.Module):
    """Film and paper as two power laws: `sigmoid`, on linear light, both of its ways to treat colour.

    Sliders: contrast, skew, white and black of the display in per cent, way (0 each channel, 1 ratios), preserved hue
    in per cent, inset and rotation in radians of red, green and blue, recovered purity. Scene black, grey and infinity
    land on display black, grey and white; contrast is the slope at grey whatever the skew.
    """

    def __init__(self) -> None:
        super().__init__()
        self.skewing = nn.Parameter(torch.tensor(1.0))
        """Logarithm of the paper's power at a skew of -1. What is fitted lies near an integer, and that is used."""
        self.primaries = Primaries()

    def forward(self, image: Tensor, sliders: Tensor) -> Tensor:
        """See `dtproxies.networks` for shapes and units."""
        contrast, skew, white, black, way, hue = broadcast_sliders(sliders[:, :6])
        curve = self._curve(contrast, skew, white, black / 100)
        channels = self._each_channel(image, curve, hue / 100, sliders[:, 6:])
        ratios = _ratios(_positive(image), curve, black / 100)
        return torch.where(way < 0.5, channels, ratios)

    def _curve(self, contrast: Tensor, skew: Tensor, white: Tensor, black: Tensor) -> Curve:
        """Powers and exposures that bring grey, black and white, this one in per cent, to their places."""
        skewing: Tensor = self.skewing
        rounding = torch.ones_like(white)
        if not self.training:
            base = torch.round(torch.exp(skewing.double()))
            skewing = torch.log(base).to(white.dtype)
            rounding = _rounding(contrast, skew, white, base).to(white.dtype)
        white = white / 100
        paper = torch.exp(-skewing * skew)
        slope = contrast * (1 - GREY)
        to_grey = torch.pow(white / GREY, 1 / paper) - 1
        # Slope at grey of a curve without fog and with a film power of one; slopes are linear in that power.
        film = rounding * slope / (paper * to_grey / (1 + to_grey))
        to_black = torch.pow(black.clamp(min=1e-7) / white, -1 / paper) - 1
        near, far = torch.pow(to_grey, 1 / film), torch.pow(to_black, 1 / film)
        fog = GREY * near / (far - near)
        return white, torch.pow(fog + GREY, film) * to_grey, fog, film, paper

    def _each_channel(self, image: Tensor, curve: Curve, hue: Tensor, moved: Tensor) -> Tensor:
        """Every channel through the curve, in primaries of one's choice, and the hue brought back."""
        inset, rotation, purity = moved[:, 0:6:2], moved[:, 1:6:2], moved[:, 6:7]
        inwards = self.primaries(inset, rotation)
        outwards = invert_3x3(self.primaries(purity * inset, rotation))
        scene = apply_matrix(_positive(image), inwards)
        return apply_matrix(_keep_hue(scene, _through(scene, curve), hue), outwards)


def _rounding(contrast: Tensor, skew: Tensor, white: Tensor, base: Tensor) -> Tensor:
    """How far darktable misses the film power, as a factor; slopes for the sliders do not see it.

    White is in per cent. It takes both slopes from differences, a millionth around grey, of numbers that float32
    rounds, and is up to some per cent off. The same steps, rounded alike, find its very values; powers of constants are
    exponentials there.
    """
    with torch.no_grad():
        contrast, skew, white = (_single(one.double()) for one in (contrast, skew, white))
        white = _single(white * _single(torch.full_like(white, 0.01)))
        grey, minus_ln = _single(torch.full_like(white, GREY)), _single(-torch.log(base))
        ends = [_single(grey + step) for step in (1e-6, -1e-6)]
        per_grey = _single(1 / grey)

        paper = _single(torch.exp(_single(minus_ln * skew)))
        relation = _single(_single(torch.pow(_single(white * per_grey), _single(1 / paper))) - 1)
        paper_exposure = _single(grey * relation)
        shares = [_single(end / _single(paper_exposure + end)) for end in ends]
        high, low = (_single(white * _single(torch.pow(share, paper))) for share in shares)
        had = _single(high - low)

        exposure = _single(_single(torch.exp(_single(_single(torch.log(grey)) * contrast))) * _single(per_grey - 1))
        films = [_single(torch.exp(_single(_single(torch.log(end)) * contrast))) for end in ends]
        high, low = (_single(film / _single(exposure + film)) for film in films)
        exact = contrast * (1 - grey) * (1 + relation) / (paper * relation)
        return _single(high - low) / had / exact


def _single(number: Tensor) -> Tensor:
    """A float64 as near as float32 comes to it."""
    return number.float().double()


def _through(light: Tensor, curve: Curve) -> Tensor:
    """What film and paper make of light; negative light is black."""
    white, exposure, fog, film, paper = curve
    exposed = torch.pow(fog + light.clamp(min=0), film)
    return white * torch.pow(exposed / (exposure + exposed), paper)


def _positive(image: Tensor) -> Tensor:
    """Colours with a negative channel drawn towards their grey until none is left."""
    grey = image.mean(dim=1, keepdim=True).clamp(min=0)
    least = image.amin(dim=1, keepdim=True)
    share = torch.where(least < 0, grey / (grey - torch.where(least < 0, least, -1.0)), 1.0)
    return grey + share * (image - grey)


def _keep_hue(scene: Tensor, display: Tensor, share: Tensor) -> Tensor:
    """Move the middle channel to where it lies between the others in the scene, and keep the sum of all three.

    Where the middle has to fall the largest channel stays, else the smallest one; the other takes up the difference.
    The sum that is kept is that of the curve for greys, and that of the moved middle for pure colours.
    """
    order = torch.topk(scene.detach(), 3, dim=1, largest=False).indices
    low, middle, high = torch.chunk(torch.gather(scene, 1, order), 3, dim=1)
    least, between, most = torch.chunk(torch.gather(display, 1, order), 3, dim=1)
    chroma = high - low
    place = torch.where(chroma != 0, (middle - low) / torch.where(chroma != 0, chroma, 1.0), 0.0)
    naive = (1 - share) * between + share * (least + (most - least) * place)
    both = low + middle
    pale = torch.where(both != 0, 2 * low / torch.where(both != 0, both, 1.0), 0.0)
    energy = pale * (least + between + most) + (1 - pale) * (least + naive + most)
    falls = naive <= between
    fallen = (1 - share) * between + share * (place * most + (1 - place) * (energy - most))
    risen = (1 - share) * between + share * ((1 - place) * least + place * (energy - least))
    moved = torch.where(falls, fallen / (1 + share * (1 - place)), risen / (1 + share * place))
    made = torch.cat(
        [torch.where(falls, energy - most - moved, least), moved, torch.where(falls, most, energy - least - moved)],
        dim=1,
    )
    return torch.gather(made, 1, torch.topk(order, 3, dim=1, largest=False).indices)


def _ratios(scene: Tensor, curve: Curve, black: Tensor) -> Tensor:
    """The mean of the channels through the curve, their ratios kept as far as the display has room for them.

    Chroma is squeezed hyperbolically between grey and the nearer border of the display.
    """
    small = 1e-6
    grey = scene.mean(dim=1, keepdim=True)
    mapped = _through(grey, curve)
    scaled = torch.where(grey > 1e-9, mapped / grey.clamp(min=1e-9) * scene, mapped)
    most, least = scaled.amax(dim=1, keepdim=True), scaled.amin(dim=1, keepdim=True)
    room = torch.minimum((curve[0] - mapped) / (most - mapped + small), (black - mapped) / (least - mapped - small))
    chroma = (mapped - least) / (mapped + small)
    squeezed = 2 * chroma / (1 - chroma**2 + small) / (chroma * room + small)
    factor = squeezed / (1 + torch.sqrt(squeezed**2 + 1)) * room
    return mapped + factor * (scaled - mapped)
