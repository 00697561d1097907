"""Clipped light of a mosaic, cut off or made up from the colours around it."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from dtproxies.networks.bayer import BayerMasks, bayer_masks
from dtproxies.networks.neighbourhood import interior_mask, sum_3x3
from dtproxies.networks.powers import safe_divide, safe_power
from dtproxies.networks.sliders import broadcast_sliders

CLIP = 0
"""darktable's number of the method that cuts off."""
NEAR_CLIPPED = 0.987
"""Share of the full sensor above which inpainting takes a value for clipped."""
DARK = 0.2
"""Share of that below which a value says nothing about the colour of what is clipped."""
FEW = 100
"""With no more values than this nothing is said about a colour at all."""
FAR = (
    (0, 1, 1, 1, 1, 1, 0),
    (1, 1, 1, 1, 1, 1, 1),
    (1, 1, 1, 1, 1, 1, 1),
    (1, 1, 1, 1, 1, 1, 1),
    (1, 1, 1, 1, 1, 1, 1),
    (1, 1, 1, 1, 1, 1, 1),
    (0, 1, 1, 1, 1, 1, 0),
)
"""Squares of 3 x 3 places that count as close to a clipped one."""
CLOSE = 3
"""Squares, and places, at each end of the image that are not looked at for that."""


class Highlights(nn.Module):
    """Values above a threshold cut off there, or raised to what the other colours around say: `highlights`.

    Inpainting takes the mean of the cube roots of the two other colours in the 3 x 3 around, to the third power, plus
    how much brighter the clipped colour is than that on average, where it is not clipped but close to such places.
    Sliders: the method, 0 or 5; the threshold as a share of the full sensor.
    """

    def __init__(self, factors: Sequence[float]) -> None:
        """Build it for mosaics that white balance multiplied by these three factors."""
        super().__init__()
        self.register_buffer("factors", torch.tensor(factors))
        self.factors: Tensor
        """Of red, green and blue; another light has others."""
        self.level = nn.Parameter(torch.tensor(0.8))
        """Where a threshold of one cuts off, as a share of the smallest factor."""
        self.exponent = nn.Parameter(torch.tensor(2.5))
        """Of the roots that means are taken of."""

    def forward(self, image: Tensor, sliders: Tensor) -> Tensor:
        """See `dtproxies.networks` for shapes and units; C is 1."""
        method, threshold = broadcast_sliders(sliders)
        cut = torch.minimum(image, self.level * threshold * self.factors.min().clamp(min=1.0))
        return torch.where(torch.round(method) == CLIP, cut, self._inpainted(image, threshold))

    def _inpainted(self, image: Tensor, threshold: Tensor) -> Tensor:
        places, light = bayer_masks(image), functional.relu(image)
        red, green, blue = self.factors
        factors = torch.where(places.red, red, torch.where(places.green, green, blue))
        limits = NEAR_CLIPPED * threshold * factors
        clipped = image >= limits
        guess = self._guess(light, places)
        usable = (image > DARK * limits) & ~clipped & interior_mask(image, CLOSE)
        shift = torch.zeros_like(image)
        for place in places[:3]:
            counted = (usable & place & _close(clipped & place)).to(image.dtype)
            count = counted.sum(dim=(2, 3), keepdim=True)
            mean = safe_divide((counted * (image - guess)).sum(dim=(2, 3), keepdim=True), count)
            shift = torch.where(place, torch.where(count > FEW, mean, 0.0), shift)
        return torch.where(light >= limits, torch.maximum(light, guess + shift), light)

    def _guess(self, light: Tensor, places: BayerMasks) -> Tensor:
        """What the two other colours around each place say about its own."""
        red, green, blue = (self._mean_root(light, place) for place in places[:3])
        others = torch.where(places.red, green + blue, torch.where(places.green, red + blue, red + green)) / 2
        return safe_power(others, self.exponent)

    def _mean_root(self, light: Tensor, place: Tensor) -> Tensor:
        # darktable never looks at the last row and the last column.
        height, width = light.shape[-2:]
        rows = torch.arange(height, device=light.device).reshape(1, 1, -1, 1) < height - 1
        columns = torch.arange(width, device=light.device).reshape(1, 1, 1, -1) < width - 1
        there = (place & rows & columns).to(light.dtype)
        return safe_power(safe_divide(sum_3x3(light * there), sum_3x3(there)), 1 / self.exponent)


def _close(clipped: Tensor) -> Tensor:
    """Where a clipped place is near; [B, 1, H, W], both of bools. Whole squares of 3 x 3 places are near or not."""
    height, width = clipped.shape[-2:]
    squares = sum_3x3(clipped.float())[..., ::3, ::3][..., : height // 3, : width // 3]
    found = ((squares > 0) & interior_mask(squares, 1)).float()
    pattern = clipped.new_tensor(FAR, dtype=torch.float32)[None, None]
    near = (functional.conv2d(found, pattern, padding=3) > 0) & interior_mask(squares, CLOSE)
    whole = functional.pad(near.float(), (0, 1, 0, 1))[..., :, None, :, None].expand(-1, -1, -1, 3, -1, 3)
    return whole.flatten(4, 5).flatten(2, 3)[..., :height, :width] > 0
